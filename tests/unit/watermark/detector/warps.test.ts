import { expect, it } from 'vitest';
import { detectWatermark, embedWatermark } from '../../../../src/watermark';
import { resample, shiftPitch, stretch } from './attacks';
import { speechLike } from '../speech-like';

const PAYLOAD = { version: 2, id24: 0x123456 };
const marked = embedWatermark(speechLike(6, 24000, 3), PAYLOAD);

it.each([0.76, 1.17, 1.31])('the payload is decoded at %f times the speed', async (speed) => {
  const warped = resample(marked, Math.round(24000 * speed), 24000);
  const found = await detectWatermark(warped, 24000);
  expect(found).toMatchObject({ present: 'yes', payload: PAYLOAD, payloadOk: true });
  expect(Math.abs(found.speed / speed - 1)).toBeLessThan(0.01);
  expect(Math.abs(found.pitchCents - 1200 * Math.log2(speed))).toBeLessThan(30);
});

it.each([0.8, 1.25])('the mark is detected after a stretch to %f times the length', async (factor) => {
  const found = await detectWatermark(stretch(marked, factor), 24000);
  expect(found.present).toBe('yes');
  expect(Math.abs(found.speed * factor - 1)).toBeLessThan(0.01);
  expect(Math.abs(found.pitchCents)).toBeLessThan(30);
});

it.each([-100, 70])('the mark is detected after a pitch shift of %i cents', async (cents) => {
  const found = await detectWatermark(shiftPitch(marked, cents), 24000);
  expect(found.present).toBe('yes');
  expect(Math.abs(found.pitchCents - cents)).toBeLessThan(30);
});

it.each([
  ['44.1 kHz taken for 48 kHz', 44100, 48000],
  ['16 kHz taken for 24 kHz', 16000, 24000],
])('the mark is detected in %s', async (_, rateHz, claimedRateHz) => {
  expect((await detectWatermark(resample(marked, 24000, rateHz), claimedRateHz)).present).toBe('yes');
});
