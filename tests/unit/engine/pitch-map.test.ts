import { describe, expect, it } from 'vitest';
import { PitchMap } from '../../../src/engine/pitch-map';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';

describe('the pitch map', () => {
  const profile = { medianF0Hz: 100, speechLevelDb: -23 };
  const recorded = {
    band: new Float32Array(80),
    noise: new Float32Array(80),
    wowRateHz: 1,
    wowDepth: 0,
    medianF0Hz: 240,
  };
  const voice = { medianF0Hz: 180, recorded };

  it.each([
    { sound: 'room' as const, autoPitch: true, hz: 180 },
    { sound: 'recorded' as const, autoPitch: true, hz: 240 },
    { sound: 'recorded' as const, autoPitch: false, hz: 100 },
  ])('has the median of the voice for the $sound sound, autoPitch $autoPitch', ({ hz, ...controls }) => {
    expect(new PitchMap({ ...DEFAULT_CONTROLS, ...controls }, profile, voice).map(100)).toBeCloseTo(hz, 6);
  });

  it('has the median of the voice that has no recorded sound', () => {
    const controls = { ...DEFAULT_CONTROLS, sound: 'recorded' as const };
    expect(new PitchMap(controls, profile, { medianF0Hz: 180 }).map(100)).toBeCloseTo(180, 6);
  });
});
