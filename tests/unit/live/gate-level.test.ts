import { describe, expect, it } from 'vitest';
import { gateLevel } from '../../../src/live/gate-level';

const measured = (loudDb: number, speechLevelDb: number) => ({
  profile: { medianF0Hz: 120, speechLevelDb },
  loudDb,
});

describe('the level of the gate', () => {
  it.each([
    ['8 dB above the silence', -60, -23, -52],
    ['no lower than -75 dBFS', -100, -23, -75],
    ['12 dB below the speech at most', -38, -23, -35],
    ['null if silence is nearly as loud as speech', -34, -23, null],
  ])('is %s', (_, quietDb, speechDb, level) => {
    expect(gateLevel(measured(quietDb, -80), measured(0, speechDb))).toBe(level);
  });
});
