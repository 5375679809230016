import { readFileSync } from 'node:fs';
import { ALL_FORMATS, BlobSource, Input } from 'mediabunny';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMp3Info } from '../../../src/audio/containers/mp3-info';
import { opusDuration } from '../../../src/audio/containers/opus';
import { encode } from '../../../src/export/encode';
import { opusDurations } from '../../../src/export/timing';
import { markSamples, type MarkedSamples } from '../../../src/watermark';
import { readWav } from '../../browser/wav';
import { decodeWithFfmpeg, hasFfmpeg, latenessOf } from '../../ffmpeg';

const RATE_HZ = 24000;
/** No multiple of any packet. */
const LENGTH = 2 * RATE_HZ + 777;
const OPTIONS = { tags: { title: 'a take' }, onProgress: () => undefined, signal: undefined };

let marked: MarkedSamples;

beforeAll(async () => {
  const speech = readWav(readFileSync(new URL('../../fixtures/audio/speech.wav', import.meta.url)));
  marked = await markSamples(speech.slice(0, LENGTH), { version: 2, id24: 1 });
});

describe('an MP3', () => {
  it('counts its frames without the Xing frame, and names what the encoder put around the samples', async () => {
    const file = await encode(marked, RATE_HZ, 'mp3', OPTIONS);
    const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(file) });
    const track = (await input.getPrimaryAudioTrack())!;
    const seconds = await track.computeDuration();
    expect(await track.getDurationFromMetadata()).toBeCloseTo(seconds, 6);
    const { before, after } = (await readMp3Info(file))!;
    expect(before).toBe(576 + 529);
    expect(Math.round(seconds * RATE_HZ) - before - after).toBe(LENGTH);
  });
});

describe('an M4A', () => {
  it('begins before 0 with what the encoder put in front, and ends with the samples', async () => {
    const file = await encode(marked, RATE_HZ, 'm4a', OPTIONS);
    const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(file) });
    const track = (await input.getPrimaryAudioTrack())!;
    expect(await track.getFirstTimestamp()).toBeLessThanOrEqual(-1024 / RATE_HZ);
    expect(Math.round((await track.computeDuration()) * RATE_HZ)).toBe(LENGTH);
  });
});

describe('the packets of Opus', () => {
  it.each([
    ['SILK, 20 ms', [9 << 3], 960],
    ['SILK, 60 ms', [3 << 3], 2880],
    ['hybrid, 10 ms', [12 << 3], 480],
    ['CELT, 20 ms', [31 << 3], 960],
    ['CELT, two of 2.5 ms', [(28 << 3) | 1], 240],
    ['CELT, three of 5 ms', [(29 << 3) | 3, 3], 720],
  ])('are as long as their first byte says: %s', (_, bytes, samples) => {
    expect(opusDuration(Uint8Array.from(bytes))).toBe(samples);
  });

  it('end with the samples', () => {
    expect(opusDurations([960, 960, 960, 960], 2000, 312)).toEqual([960, 960, 392]);
    expect(opusDurations([960, 960], 648, 312)).toEqual([960]);
  });
});

describe.skipIf(!hasFfmpeg)('in ffmpeg (skipped where there is none)', () => {
  it.each(['wav', 'mp3', 'm4a'] as const)(
    '%s is 0 samples late and ends with the last sample',
    async (format) => {
      const file = await encode(marked, RATE_HZ, format, OPTIONS);
      const decoded = decodeWithFfmpeg(new Uint8Array(await file.arrayBuffer()), RATE_HZ);
      expect(decoded.length).toBe(LENGTH);
      expect(latenessOf(decoded, marked.slice())).toBe(0);
    },
  );
});
