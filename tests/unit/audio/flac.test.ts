import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFlac } from '../../../src/audio/containers/flac';
import { decodeFile } from '../../../src/audio/decode';
import { flac, FLAC_BLOCK } from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

/** 2.4 s: more frames than a byte can number. */
const FRAMES = 200;
const magnitudes = Array.from({ length: FRAMES }, (_, i) => 1000 + 50 * i);
const whole = flac(magnitudes);
/** Where a frame begins. */
const at = (frame: number, isVariable = false) => flac(magnitudes.slice(0, frame), { isVariable }).length;
const SECONDS = FLAC_BLOCK / 48000;

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

function open(...parts: Uint8Array[]) {
  return decodeFile(new Blob(parts as BlobPart[]), 'a.flac');
}

/** The magnitude of each frame of what was read, 0 for silence. */
function framesOf(samples: Float32Array): number[] {
  return Array.from({ length: samples.length / FLAC_BLOCK }, (_, i) =>
    Math.round(32768 * Math.abs(samples[i * FLAC_BLOCK + FLAC_BLOCK / 2]!)),
  );
}

function silent(from: number, to: number): number[] {
  return magnitudes.map((magnitude, i) => (i >= from && i < to ? 0 : magnitude));
}

describe('a FLAC file', () => {
  it.each([
    ['fixed', false],
    ['variable', true],
  ])('that is whole, of %s blocks, is left as it is', async (_, isVariable) => {
    const bytes = flac(magnitudes, { isVariable });
    expect(await readFlac(new Blob([bytes as BlobPart]))).toBeNull();
    const { samples, warnings } = await open(bytes);
    expect(framesOf(samples)).toEqual(magnitudes);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['zeros', Buffer.alloc(12_000)],
    ['other bytes', Buffer.from(Array.from({ length: 12_000 }, (_, i) => (i * i) % 251))],
    ['nothing', Buffer.alloc(0)],
  ])('goes on after damage in its middle, with silence of the same length: %s', async (_, filling) => {
    for (const isVariable of [false, true]) {
      const bytes = flac(magnitudes, { isVariable });
      const [from, to] = [at(70, isVariable) + 500, at(81, isVariable) + 150];
      const { samples, warnings } = await open(bytes.subarray(0, from), filling, bytes.subarray(to));
      expect(framesOf(samples)).toEqual(silent(70, 82));
      expect(warnings).toEqual([
        'Sound is missing or damaged in the middle of this file, from 0.8 seconds on: 0.1 seconds. That part was left silent.',
      ]);
    }
  });

  it('is silent where the checksum of a frame is wrong', async () => {
    const bytes = Buffer.from(whole);
    bytes[at(50) + 600]! ^= 1;
    const { samples, warnings } = await open(bytes);
    expect(framesOf(samples)).toEqual(silent(50, 51));
    expect(warnings).toEqual([
      expect.stringMatching(/in the middle.*from 0\.6 seconds on: less than 0\.1 seconds/),
    ]);
  });

  it('keeps its time where its beginning is damaged', async () => {
    const { samples, warnings } = await open(
      whole.subarray(0, at(0)),
      Buffer.alloc(500),
      whole.subarray(at(25)),
    );
    expect(framesOf(samples)).toEqual(silent(0, 25));
    expect(warnings).toEqual([
      'Sound is missing or damaged at the beginning of this file: 0.3 seconds. That part was left silent.',
    ]);
  });

  it('that is cut gives one warning', async () => {
    const { samples, warnings } = await open(whole.subarray(0, at(100) + 500));
    expect(framesOf(samples)).toEqual(magnitudes.slice(0, 100));
    expect(warnings).toEqual([
      expect.stringMatching(/end of this file is missing.*at least 1\.2 seconds lost/),
    ]);
  });

  it('with a tag behind its last frame is read to its end, without a warning', async () => {
    for (const tag of [Buffer.from('TAG'.padEnd(128)), Buffer.alloc(128)]) {
      const { samples, warnings } = await open(whole, tag);
      expect(framesOf(samples)).toEqual(magnitudes);
      expect(warnings).toEqual([]);
    }
  });

  it('that begins with a later frame begins with its sound', async () => {
    const { seconds, warnings } = await open(flac(magnitudes.slice(50), { first: 5000 }));
    expect(seconds).toBeCloseTo(150 * SECONDS, 5);
    expect(warnings).toEqual([]);
  });
});

describe('joined FLACs', () => {
  it('are read one after the other, with a tag between them', async () => {
    const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128, 3)]);
    for (const between of [Buffer.alloc(0), tag]) {
      const { samples, warnings } = await open(whole, between, whole, whole);
      expect(framesOf(samples)).toEqual([...magnitudes, ...magnitudes, ...magnitudes]);
      expect(warnings).toEqual([]);
    }
  });

  it('of which the first is cut say where, and go on with the second', async () => {
    const { samples, warnings } = await open(whole.subarray(0, at(100) + 500), whole);
    expect(framesOf(samples)).toEqual([...magnitudes.slice(0, 100), ...magnitudes]);
    expect(warnings).toEqual([
      expect.stringMatching(/several recordings.*end of one is missing at 1\.2 seconds/),
    ]);
  });
});
