import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { concat } from '../../../src/dsp/arrays';
import { resample } from '../../../src/dsp/resample';
import { MarkedStream } from '../../../src/kiosk/marked-stream';
import { detectWatermark } from '../../../src/watermark';
import { readWav } from '../../browser/wav';

const RATE_HZ = 24000;
const speech = resample(
  readWav(readFileSync(new URL('../../fixtures/audio/speech.wav', import.meta.url))).subarray(0, 16000 * 4),
  16000,
  RATE_HZ,
);
const payload = { version: 2, id24: 4711 };

function pushed(stream: MarkedStream, samples: Float32Array, step: number): Float32Array[] {
  const parts: Float32Array[] = [];
  for (let at = 0; at < samples.length; at += step)
    parts.push(stream.push(samples.subarray(at, at + step), at));
  return parts;
}

it('the mark is found in what was passed on, which is as long as what came', async () => {
  const stream = new MarkedStream(payload);
  const parts = [...pushed(stream, speech, 11_000), stream.end()];
  const heard = concat(parts);
  expect(heard).toEqual(stream.whole());
  expect(heard.length).toBe(speech.length);
  expect(parts[0]!.length).toBeGreaterThan(11_000 - 0.06 * RATE_HZ);
  const found = await detectWatermark(heard, RATE_HZ);
  expect([found.present, found.payloadOk, found.payload]).toEqual(['yes', true, payload]);
});

it('peaks above full scale are turned down, not cut off', async () => {
  const loud = speech.map((x) => 4 * x);
  const stream = new MarkedStream(payload);
  pushed(stream, loud, 12_000);
  stream.end();
  const heard = stream.whole();
  const peak = heard.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  expect(loud.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeGreaterThan(1.2);
  expect(peak).toBeLessThanOrEqual(0.9801);
  // A cut-off peak would be a run of equal samples.
  expect(heard.filter((x, i) => Math.abs(x) > 0.97 && x === heard[i - 1]).length).toBe(0);
});

it('samples that come twice are left out', () => {
  const once = new MarkedStream(payload);
  pushed(once, speech, 12_000);
  once.end();
  const twice = new MarkedStream(payload);
  pushed(twice, speech.subarray(0, 30_000), 12_000);
  pushed(twice, speech, 10_000);
  twice.end();
  expect(twice.whole()).toEqual(once.whole());
});

it('nothing is left of it once it is erased', () => {
  const stream = new MarkedStream(payload);
  const parts = pushed(stream, speech, 12_000);
  stream.erase();
  expect(parts.every((part) => part.every((x) => x === 0))).toBe(true);
  expect(stream.whole().length).toBe(0);
});
