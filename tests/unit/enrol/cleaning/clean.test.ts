import { describe, expect, it } from 'vitest';
import { concat } from '../../../../src/dsp/arrays';
import { findSpeech } from '../../../../src/enrol/cleaning/activity';
import { cleanRecording } from '../../../../src/enrol/cleaning/clean';
import { clippedShares } from '../../../../src/enrol/cleaning/clipping';
import { denoise } from '../../../../src/enrol/cleaning/denoise';
import { removeHum } from '../../../../src/enrol/cleaning/hum';
import { cosine, markOtherSpeakers } from '../../../../src/enrol/speakers';
import { isKept, summarise } from '../../../../src/enrol/summary';
import type { Piece } from '../../../../src/enrol/piece';
import { sine } from '../../engine/helpers';
import { fakeSpeakerEncoder, music, noise, otherSpeaker, power, speech } from '../mixture';

const add = (a: Float32Array, b: Float32Array) => a.map((x, i) => x + b[i % b.length]!);
const ratioDb = (signal: Float32Array, error: Float32Array) => 10 * Math.log10(power(signal) / power(error));
const silence = (seconds: number) => new Float32Array(seconds * 16000);

describe('cleaning', () => {
  it('removes hum, and does not change clean speech', () => {
    const clean = speech();
    let hum = new Float32Array(clean.length);
    for (let k = 1; k <= 6; k++) hum = add(hum, sine(50.2 * k, 16000, 8, 0.02 / k).subarray(0, hum.length));
    const noisy = add(clean, hum);
    const before = ratioDb(clean, hum);
    expect(removeHum(noisy)).toBeCloseTo(50.2, 1);
    expect(
      ratioDb(
        clean,
        add(
          noisy,
          clean.map((x) => -x),
        ),
      ),
    ).toBeGreaterThan(before + 4);
    const untouched = speech();
    expect(removeHum(untouched)).toBe(0);
    expect(untouched).toEqual(clean);
  });

  it('reduces hiss, and hardly changes clean speech', async () => {
    const clean = speech();
    const hiss = noise(clean.length, Math.sqrt(power(clean) / 10));
    const noisy = add(clean, hiss);
    const before = ratioDb(
      clean,
      add(
        noisy,
        clean.map((x) => -x),
      ),
    );
    await denoise(noisy);
    expect(
      ratioDb(
        clean,
        add(
          noisy,
          clean.map((x) => -x),
        ),
      ),
    ).toBeGreaterThan(before + 4);
    const untouched = speech();
    await denoise(untouched);
    expect(
      ratioDb(
        clean,
        add(
          untouched,
          clean.map((x) => -x),
        ),
      ),
    ).toBeGreaterThan(20);
  });

  it('finds clipped peaks, and no others', () => {
    const clean = speech();
    expect(clippedShares(clean, 16000, 0.01).filter((share) => share > 0).length).toBeLessThan(8);
    const clipped = clean.map((x) => Math.max(-0.2, Math.min(0.2, 4 * x)));
    expect(clippedShares(clipped, 16000, 0.01).filter((share) => share > 0).length).toBeGreaterThan(60);
    // Consecutive samples of a sine differ even at its peak.
    expect(Math.max(...clippedShares(sine(200, 48000, 1), 48000, 0.01))).toBe(0);
  });

  it('finds speech between pauses', () => {
    const loudnessDb = new Float32Array(1000).fill(-70);
    loudnessDb.fill(-20, 100, 300);
    loudnessDb.fill(-20, 310, 400);
    loudnessDb.fill(-20, 600, 605);
    loudnessDb.fill(-25, 700, 900);
    expect(findSpeech(loudnessDb)).toEqual([
      { from: expect.closeTo(92, -1) as number, to: expect.closeTo(408, -1) as number },
      { from: expect.closeTo(692, -1) as number, to: expect.closeTo(908, -1) as number },
    ]);
    expect(findSpeech(new Float32Array(500).fill(-80))).toEqual([]);
    for (const { from, to } of findSpeech(new Float32Array(5000).fill(-20)))
      expect(to - from).toBeLessThanOrEqual(620);
  });

  it('keeps good speech and leaves out music, silence, clipping and another speaker', async () => {
    const voice = speech();
    const clipped = voice.map((x) => Math.max(-0.25, Math.min(0.25, 5 * x)));
    const parts: [string, Float32Array][] = [
      ['good', voice],
      ['silence', silence(3)],
      ['good', voice],
      ['music', music(4)],
      ['silence', silence(1)],
      ['good', voice],
      ['clipped', clipped],
      ['silence', silence(1)],
      ['other speaker', otherSpeaker()],
      ['silence', silence(1)],
      ['good', voice],
    ];
    const { pieces } = await cleanRecording(
      concat(parts.map(([, samples]) => samples)),
      16000,
      fakeSpeakerEncoder(),
    );
    const kept = (seconds: number) =>
      pieces.some((p) => isKept(p) && p.startSeconds <= seconds && seconds < p.endSeconds);
    const shares: Record<string, [number, number]> = {};
    let start = 0;
    for (const [kind, samples] of parts) {
      const share = (shares[kind] ??= [0, 0]);
      for (let t = start + 0.05; t < start + samples.length / 16000; t += 0.1) {
        share[0] += Number(kept(t));
        share[1]++;
      }
      start += samples.length / 16000;
    }
    const ratio = (kind: string) => shares[kind]![0] / shares[kind]![1];
    // 7 % of the fixture are pauses.
    expect(ratio('good')).toBeGreaterThan(0.8);
    for (const kind of ['music', 'silence', 'clipped', 'other speaker'])
      expect([kind, ratio(kind)]).toEqual([kind, expect.closeTo(0, 0.7)]);
    expect(new Set(pieces.map((p) => p.reason))).toEqual(
      new Set([null, 'music', 'clipped', 'other-speaker']),
    );
  }, 60_000);

  it('splits where music starts and ends without a pause', async () => {
    const voice = speech();
    const mixed = concat([voice, music(3), voice]);
    const { pieces } = await cleanRecording(mixed, 16000, fakeSpeakerEncoder());
    const from = voice.length / 16000;
    const musical = pieces.filter((piece) => piece.reason === 'music');
    expect(Math.abs(musical[0]!.startSeconds - from)).toBeLessThan(0.4);
    expect(Math.abs(musical.at(-1)!.endSeconds - from - 3)).toBeLessThan(0.4);
    for (const piece of pieces) {
      const inMusic = piece.startSeconds > from - 0.4 && piece.endSeconds < from + 3.4;
      expect(piece.reason === 'music').toBe(inMusic);
    }
  });

  it('keeps speech that was recorded with hiss and hum', async () => {
    const clean = concat([speech(), silence(0.6), speech()]);
    const hiss = noise(clean.length, Math.sqrt(power(clean) / 20));
    const hum = sine(50, 16000, 8, Math.sqrt(power(clean) / 10));
    const { pieces } = await cleanRecording(add(add(clean, hiss), hum), 16000, fakeSpeakerEncoder());
    expect(pieces.filter((piece) => piece.reason !== null)).toEqual([]);
    expect(pieces.length).toBeGreaterThan(0);
  });

  it('returns the same pieces for the same recording, and can be cancelled', async () => {
    const first = await cleanRecording(speech(), 16000, fakeSpeakerEncoder());
    const second = await cleanRecording(speech(), 16000, fakeSpeakerEncoder());
    expect(second.pieces).toEqual(first.pieces);
    const controller = new AbortController();
    controller.abort();
    await expect(
      cleanRecording(speech(), 16000, fakeSpeakerEncoder(), { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('the main speaker', () => {
  const piece = (angle: number, seconds: number, changes: Partial<Piece> = {}): Piece => ({
    startSeconds: 0,
    endSeconds: seconds,
    quality: { levelDb: -20, noiseDb: -60, clippedShare: 0, steadyShare: 0 },
    reason: null,
    embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)),
    choice: 'unheard',
    ...changes,
  });

  it('is the one with the longest duration, not with the most pieces', () => {
    const pieces = [piece(0, 20), piece(0.1, 20), piece(2, 2), piece(2.1, 2), piece(2.2, 2)];
    markOtherSpeakers(pieces);
    expect(pieces.map((p) => p.reason)).toEqual([
      null,
      null,
      'other-speaker',
      'other-speaker',
      'other-speaker',
    ]);
  });

  it('depends on the choices of the user', () => {
    const pieces = [
      piece(0, 20, { choice: 'drop' }),
      piece(2, 5, { choice: 'keep' }),
      piece(2.1, 2),
      piece(0.1, 3),
    ];
    markOtherSpeakers(pieces);
    expect(pieces.map(isKept)).toEqual([false, true, true, false]);
    expect(summarise(pieces)).toEqual({
      keptSeconds: 7,
      leftOutSeconds: { dropped: 20, 'other-speaker': 3 },
    });
    expect(cosine([1, 0], [0, 0])).toBe(0);
  });
});
