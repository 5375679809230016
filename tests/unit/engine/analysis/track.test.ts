import { expect, it } from 'vitest';
import { Frontend } from '../../../../src/engine/analysis/frontend';
import { trackPitch, trackPitchInChunks } from '../../../../src/engine/analysis/track';
import { sine } from '../helpers';

it('the pitch of a whole recording is the same in one call and in chunks', async () => {
  const samples = sine(150, 16000, 5.123);
  const { loudnessDb } = new Frontend().push(samples);
  const { f0Hz, voiced } = trackPitch(samples, loudnessDb);
  expect([f0Hz.length, voiced.length]).toEqual([loudnessDb.length, loudnessDb.length]);
  expect(f0Hz[200]).toBeCloseTo(150, 0);
  let pauses = 0;
  const inChunks = await trackPitchInChunks(samples, loudnessDb, async () => void pauses++);
  expect(inChunks.f0Hz).toEqual(f0Hz);
  expect(pauses).toBe(3);
});
