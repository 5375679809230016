import { expect, it } from 'vitest';
import { detectWatermark, embedWatermark } from '../../../../src/watermark';
import { resample, shiftPitch, stretch } from './bending';
import { speechLike } from '../speech-like';

const PAYLOAD = { version: 2, id24: 0x123456 };
const marked = embedWatermark(speechLike(6, 24000, 3), PAYLOAD);

it.each([0.76, 1.17, 1.31])('the mark is read at %f times the speed', async (speed) => {
  const bent = resample(marked, Math.round(24000 * speed), 24000);
  const found = await detectWatermark(bent, 24000);
  expect(found).toMatchObject({ present: 'yes', payload: PAYLOAD, payloadOk: true });
  expect(Math.abs(found.speed / speed - 1)).toBeLessThan(0.01);
  expect(Math.abs(found.pitchCents - 1200 * Math.log2(speed))).toBeLessThan(30);
});

it.each([0.8, 1.25])('the mark is found stretched to %f times the length', async (factor) => {
  const found = await detectWatermark(stretch(marked, factor), 24000);
  expect(found.present).toBe('yes');
  expect(Math.abs(found.speed * factor - 1)).toBeLessThan(0.01);
  expect(Math.abs(found.pitchCents)).toBeLessThan(30);
});

it.each([-100, 70])('the mark is found at a pitch of %i cents', async (cents) => {
  const found = await detectWatermark(shiftPitch(marked, cents), 24000);
  expect(found.present).toBe('yes');
  expect(Math.abs(found.pitchCents - cents)).toBeLessThan(30);
});

it.each([
  ['44.1 taken for 48 kHz', 44100, 48000],
  ['16 taken for 24 kHz', 16000, 24000],
])('the mark is found in %s', async (_, real, said) => {
  expect((await detectWatermark(resample(marked, 24000, real), said)).present).toBe('yes');
});
