import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { judgeTake } from '../../../../src/engine/analysis/condition-take';
import { profileTake } from '../../../../src/engine/analysis/profile';
import { TakeListener } from '../../../../src/engine/analysis/take-listener';
import { readWav } from '../../../browser/wav';

const RATE_HZ = 16000;
const speech = readWav(readFileSync(new URL('../../../fixtures/audio/speech.wav', import.meta.url))).subarray(
  0,
  5 * RATE_HZ,
);

function heard(samples: Float32Array, batch = 683): TakeListener {
  const listener = new TakeListener(RATE_HZ);
  for (let at = 0; at < samples.length; at += batch) listener.push(samples.subarray(at, at + batch));
  return listener;
}

it('the profile of a take is that of the whole take, and known at its end', async () => {
  const [found, whole] = [await heard(speech).finish(), await profileTake(speech, RATE_HZ)];
  expect(Math.abs(Math.log2(found.medianF0Hz / whole.medianF0Hz))).toBeLessThan(0.02);
  expect(found.speechLevelDb).toBeCloseTo(whole.speechLevelDb, 1);
  expect(found.noiseDb).toBeCloseTo(whole.noiseDb!, 1);
  expect(found.periodicity).toBeCloseTo(whole.periodicity!, 1);
});

it('a speaker who begins far away is measured as one who does not', async () => {
  const rising = speech.map((x, i) => (i < 2 * RATE_HZ ? 0.02 : 1) * x);
  const [found, whole] = [await heard(rising).finish(), await profileTake(rising, RATE_HZ)];
  expect(found.medianF0Hz).toBeCloseTo(whole.medianF0Hz, 3);
  expect(found.periodicity).toBeCloseTo(whole.periodicity!, 6);
});

it('judges what was heard so far', async () => {
  const listener = heard(speech.subarray(0, 4 * RATE_HZ));
  const [found, whole] = [await listener.judge(), await judgeTake(speech.subarray(0, 4 * RATE_HZ), RATE_HZ)];
  for (const [name, confidence] of Object.entries(whole!))
    expect(Math.abs(found![name as keyof typeof found] - confidence)).toBeLessThan(0.1);
  expect(await new TakeListener(RATE_HZ).judge()).toBeNull();
});

it('keeps no sample once it is erased', () => {
  const listener = heard(speech);
  expect(listener.seconds).toBeGreaterThan(4.9);
  const held = (listener as unknown as { samples: { view(): Float32Array } }).samples.view();
  listener.erase();
  expect(held.every((x) => x === 0)).toBe(true);
});
