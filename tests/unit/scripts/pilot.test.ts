import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dryLeak, writeMicrophone } from '../../../scripts/soak/pilot.mjs';

const SPEECH = 'tests/fixtures/audio/speech.wav';

describe('the dry leak that the soak measures', () => {
  let spoken: Float32Array;
  /** A stand-in for a conversion: many harmonics, none above 12 kHz. */
  let converted: Float32Array;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-pilot-'));
    await writeMicrophone(SPEECH, join(folder, 'microphone.wav'));
    const bytes = await readFile(join(folder, 'microphone.wav'));
    await rm(folder, { recursive: true });
    expect(bytes.readUInt32LE(24)).toBe(48_000);
    spoken = Float32Array.from(
      { length: (bytes.length - 44) / 2 },
      (_, i) => bytes.readInt16LE(44 + 2 * i) / 32768,
    );
    const tones = Array.from({ length: 200 }, (_, k) => 60 * (k + 1));
    converted = Float32Array.from(
      { length: 48_000 },
      (_, i) => 0.01 * tones.reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * i) / 48_000 + hz), 0),
    );
  });

  it('is zero for other output', () => {
    const { largest, windows } = dryLeak(converted, spoken, 48_000);
    expect(largest).toBeLessThan(0.01);
    expect(windows).toBe(60);
  });

  it('is the gain from the microphone to the output, at any delay', () => {
    const heard = converted.map((x, i) => x + 0.2 * (spoken[i - 777] ?? 0));
    expect(dryLeak(heard, spoken, 48_000).largest).toBeCloseTo(0.2, 2);
    expect(dryLeak(spoken, spoken, 48_000).largest).toBe(1);
  });

  it('has no windows where the microphone is silent', () => {
    expect(dryLeak(converted, new Float32Array(48_000), 48_000).windows).toBe(0);
  });
});
