import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FEATURES } from '../../../../src/engine/analysis/condition-features';
import { LiveConditions } from '../../../../src/engine/analysis/condition-live';
import { judgeTake, measureTake } from '../../../../src/engine/analysis/condition-take';
import weights from '../../../../src/engine/analysis/condition-weights.json';
import {
  CONDITIONS,
  ConditionWatch,
  isDenoisable,
  named,
  type Condition,
  type Confidences,
} from '../../../../src/engine/analysis/conditions';
import { Frontend } from '../../../../src/engine/analysis/frontend';
import { readWav } from '../../../browser/wav';
import { hum, inRoom, mix, noise, rumble, whispered } from '../../../disguises';
import { random } from '../helpers';

const RATE_HZ = 16_000;
const fixture = (name: string) =>
  readWav(readFileSync(new URL(`../../../fixtures/audio/${name}.wav`, import.meta.url)));
const speech = fixture('speech');
const other = fixture('permission');

async function namesOf(samples: Float32Array, sampleRateHz = RATE_HZ): Promise<Condition[]> {
  const found = await judgeTake(samples, sampleRateHz);
  return found ? named(found) : [];
}

describe('the judgement of a take', () => {
  it.each([
    ['clean speech', speech],
    ['other clean speech', other],
    ['faint clean speech', speech.map((x) => 0.1 * x)],
    ['speech in a living room, near', inRoom(speech, 0.4, -12)],
  ])('finds nothing wrong with %s', async (_, samples) => {
    await expect(namesOf(samples)).resolves.toEqual([]);
  });

  it.each<[Condition, Float32Array]>([
    ['hall', inRoom(speech, 2.2, 8)],
    ['far', mix(inRoom(speech, 0.5, 9), noise(speech.length, 2), 20)],
    ['rumble', mix(speech, rumble(speech.length), 0)],
    ['hum', mix(speech, hum(speech.length), 8)],
    ['voices', mix(speech, other, 3)],
    ['whisper', whispered(speech)],
    ['noise', mix(speech, noise(speech.length, 1), 5)],
    ['quiet', speech.map((x) => 0.004 * x)],
  ])('names %s', async (name, samples) => {
    expect(await namesOf(samples)).toContain(name);
  });

  it('tells a hall and a distant microphone apart', async () => {
    expect(await namesOf(inRoom(speech, 2.2, 8))).not.toContain('far');
    expect(await namesOf(mix(inRoom(speech, 0.5, 9), noise(speech.length, 2), 20))).not.toContain('hall');
  });

  it('does not call chords a voice', async () => {
    const chords = Float32Array.from({ length: 8 * RATE_HZ }, (_, i) => {
      const root = [220, 196, 262, 175][Math.floor(i / RATE_HZ) % 4]!;
      let sum = 0;
      for (const step of [1, 1.26, 1.5])
        for (let k = 1; k <= 8; k++) sum += Math.sin((2 * Math.PI * root * step * k * i) / RATE_HZ) / k;
      return 0.05 * sum * Math.exp(-3 * ((i / RATE_HZ) % 0.5));
    });
    expect(await namesOf(chords)).not.toContain('voices');
  });

  it('judges neither silence nor a steady noise nor half a second', async () => {
    await expect(judgeTake(new Float32Array(5 * RATE_HZ), RATE_HZ)).resolves.toBeNull();
    await expect(
      judgeTake(
        noise(5 * RATE_HZ, 1).map((x) => 0.01 * x),
        RATE_HZ,
      ),
    ).resolves.toBeNull();
    await expect(judgeTake(speech.subarray(0, RATE_HZ / 2), RATE_HZ)).resolves.toBeNull();
    await expect(judgeTake(new Float32Array(0), RATE_HZ)).resolves.toBeNull();
  });

  it('does not depend on the level', async () => {
    const loud = await measureTake(speech, RATE_HZ);
    const faint = await measureTake(
      speech.map((x) => 0.03 * x),
      RATE_HZ,
    );
    expect(loud!.features.values.length).toBe(FEATURES.length);
    for (const [i, value] of loud!.features.values.entries())
      expect(faint!.features.values[i], FEATURES[i]).toBeCloseTo(value, 1);
  });

  it('is cancelled', async () => {
    await expect(judgeTake(speech, RATE_HZ, AbortSignal.abort())).rejects.toMatchObject({
      name: 'cancelled',
    });
  });

  it('has a weight for every feature', () => {
    expect(weights.means.length).toBe(FEATURES.length);
    expect(weights.scales.length).toBe(FEATURES.length);
    expect([...Object.keys(weights.conditions), 'quiet'].sort()).toEqual([...CONDITIONS].sort());
    for (const { factors } of Object.values(weights.conditions)) expect(factors.length).toBe(FEATURES.length);
  });
});

const nothing = Object.fromEntries(CONDITIONS.map((name) => [name, 0])) as Confidences;

describe('what is named', () => {
  it('begins with what costs most words, and leaves out what another condition covers', () => {
    expect(named({ ...nothing, hum: 0.9, far: 0.8, hall: 0.6 })).toEqual(['hall', 'hum']);
    expect(named({ ...nothing, hum: 0.9, far: 0.8 })).toEqual(['far', 'hum']);
    expect(named({ ...nothing, noise: 0.9, voices: 0.6 })).toEqual(['voices']);
    expect(named({ ...nothing, noise: 0.9 })).toEqual(['noise']);
  });

  it('changes in a session only once two judgements agree', () => {
    const watch = new ConditionWatch();
    const hear = (hall: number) => {
      watch.push({ ...nothing, hall });
      return watch.named.length;
    };
    expect([0.1, 0.9, 0.3, 0.9, 0.9, 0.3, 0.5, 0.3, 0.2, 0.9].map(hear)).toEqual([
      0, 0, 0, 0, 1, 1, 1, 1, 0, 0,
    ]);
  });

  it('changes at once after a calibration, and not without speech', () => {
    const watch = new ConditionWatch();
    watch.set({ ...nothing, hall: 0.55 });
    watch.push(null);
    watch.push(null);
    expect(watch.named).toEqual(['hall']);
  });
});

describe('a running session', () => {
  /** Pushes blocks of random lengths; the gain is that of the input level. */
  function listen(samples: Float32Array, gainDb = 0): Condition[][] {
    const live = new LiveConditions();
    const frontend = new Frontend();
    const next = random(4);
    const heard: Condition[][] = [];
    for (let at = 0; at < samples.length;) {
      const block = samples.slice(at, (at += 100 + Math.floor(900 * next())));
      live.push(block, frontend.push(block), gainDb);
      live.update();
      if (heard.at(-1)?.join() !== live.named.join()) heard.push(live.named);
    }
    return heard;
  }

  it('names echo, and no longer once it has ended', () => {
    const echoing = inRoom(speech, 2.2, 8);
    const parts = [echoing, echoing, speech, speech, speech];
    const session = new Float32Array(parts.length * speech.length);
    parts.forEach((part, i) => session.set(part, i * speech.length));
    const heard = listen(session);
    expect(heard.flat()).toContain('hall');
    expect(heard.at(-1)).toEqual([]);
  });

  it('hears nothing wrong with clean speech, and how quiet it was before the input gain', () => {
    const twice = Float32Array.from({ length: 2 * speech.length }, (_, i) => speech[i % speech.length]!);
    expect(listen(twice)).toEqual([[]]);
    const faint = twice.map((x) => 0.1 * x);
    expect(listen(faint, 30).at(-1)).toEqual(['quiet']);
  });
});

describe('what the denoiser is used for', () => {
  it.each([
    ['speech in wind', mix(speech, rumble(speech.length), 0), true],
    ['speech in noise', mix(speech, noise(speech.length, 1), 5), true],
    ['clean speech', speech, false],
    ['speech of two', mix(speech, other, 3), false],
    ['speech from afar', mix(inRoom(speech, 0.5, 9), noise(speech.length, 2), 20), false],
    ['speech in a hall', inRoom(speech, 2.2, 8), false],
  ])('%s', async (_, samples, expected) => {
    expect(isDenoisable((await judgeTake(samples, RATE_HZ))!)).toBe(expected);
  });
});
