import 'fake-indexeddb/auto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArchiveError } from '../../../src/archive/errors';
import { MAX_ARCHIVE_BYTES } from '../../../src/archive/format';
import { restoreArchive } from '../../../src/archive/restore';
import { sha256Of } from '../../../src/files/hash';
import { database } from '../../../src/store/db';
import { saveTake } from '../../../src/store/takes';
import { detectWatermark } from '../../../src/watermark';
import { random } from '../engine/helpers';
import {
  bringBack,
  contents,
  freshDevice,
  keepEnrolment,
  keepVoice,
  output,
  pack,
  parts,
  plan,
  relisted,
  source,
  write,
  type Listed,
} from './device';

let good: Blob;
let before: unknown;

beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await freshDevice();
  await keepVoice('own-a', 'Ada');
  await saveTake({ name: 'First', source, output: output() });
  await keepEnrolment();
  good = (await write()).file;
});

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await freshDevice();
  await keepVoice('own-b', 'Bea');
  await saveTake({ name: 'Mine', source });
  before = await contents();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const refused = (code: string) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(/Nothing .*stored.* safe/) as string,
  }) as Error;

/** Replaces the bytes of a part, and its size and hash in the manifest. */
async function replaced(ending: string, bytes: Uint8Array<ArrayBuffer>): Promise<Blob> {
  const all = await parts(good);
  const name = Object.keys(all).find((each) => each.endsWith(ending))!;
  const sha256 = await sha256Of(bytes);
  const file = await relisted(good, (list) => {
    for (const { samples, output: converted } of list.takes)
      for (const part of [samples, converted!.wav])
        if (part.name === name) Object.assign(part, { bytes: bytes.length, sha256 });
  });
  return pack({ ...(await parts(file)), [name]: bytes });
}

const listed = (change: (list: Listed) => void) => () => relisted(good, change);
const flipped = (from: 'start' | 'end') => async () => {
  const all = await parts(good);
  const wav = Object.keys(all).find((name) => name.endsWith('.wav'))!;
  const bytes = all[wav]!.slice();
  bytes[from === 'start' ? 3 : bytes.length - 1]! ^= 1;
  return pack({ ...all, [wav]: bytes });
};

const BROKEN: [string, string, () => Promise<Blob> | Blob][] = [
  ['no archive', 'corrupt', () => new Blob(['PK, or so, and something more of it'])],
  ['empty', 'corrupt', () => new Blob([])],
  ['cut off at its end', 'corrupt', () => good.slice(0, good.size - 1)],
  ['cut off in the middle', 'corrupt', () => good.slice(0, good.size >> 1)],
  ['with something behind it', 'corrupt', () => new Blob([good, new Uint8Array(1)])],
  ['packed', 'corrupt', async () => pack(await parts(good), 9)],
  [
    'with a name that climbs',
    'corrupt',
    async () => pack({ ...(await parts(good)), '../a': new Uint8Array(1) }),
  ],
  [
    'with a part too many',
    'corrupt',
    async () => pack({ ...(await parts(good)), 'parts/x': new Uint8Array(1) }),
  ],
  ['without a list', 'corrupt', async () => pack({ 'parts/0.f32': new Uint8Array(4) })],
  ['with a list that is not JSON', 'corrupt', async () => pack({ 'manifest.json': new Uint8Array(4) })],
  ['with a list of something else', 'corrupt', listed((list) => (list['format'] = 'understudy-voice'))],
  ['with a take twice', 'corrupt', listed((list) => list.takes.push(list.takes[0]!))],
  ['with a part for two', 'corrupt', listed((list) => list.voices.push(list.takes[0]!.samples))],
  [
    'with a part that is not there',
    'corrupt',
    listed((list) => (list.voices[0]!.name = 'parts/9.understudy')),
  ],
  ['with a wrong length', 'corrupt', listed((list) => (list.takes[0]!.source.seconds *= 2))],
  ['with numbers that are none', 'corrupt', listed((list) => (list.takes[0]!.source.sampleRateHz = -1))],
  ['with another rate', 'corrupt', listed((list) => (list.takes[0]!.output!.sampleRateHz = 48000))],
  ['with a changed byte', 'corrupt', flipped('start')],
  ['with a changed last byte', 'corrupt', flipped('end')],
  [
    'with samples that are none',
    'corrupt',
    () => replaced('.f32', new Uint8Array(source.samples.length * 4).fill(255)),
  ],
  ['with sound that is none', 'corrupt', () => replaced('.wav', new Uint8Array(4000))],
  ['of a newer version', 'newer', listed((list) => (list.version = 2))],
  [
    'too large',
    'too-large',
    () => Object.defineProperty(new Blob([good]), 'size', { value: MAX_ARCHIVE_BYTES + 1 }),
  ],
];

describe('an archive that is', () => {
  it.each(BROKEN)('%s is rejected, and nothing is stored', async (_, code, make) => {
    await expect(bringBack(await make())).rejects.toThrow(refused(`archive-${code}`));
    expect(await contents()).toEqual(before);
  });

  it('intact is accepted, so the rejections above have the stated reason', async () => {
    await bringBack(pack(await parts(good)));
    expect(await contents()).not.toEqual(before);
  });

  it('damaged at any byte never fails with an untyped error', async () => {
    const bytes = new Uint8Array(await good.arrayBuffer());
    const next = random(5);
    let refusals = 0;
    for (let round = 0; round < 150; round++) {
      const bad = bytes.slice(0, next() < 0.2 ? Math.floor(next() * bytes.length) : bytes.length);
      const area = next() < 0.7 ? Math.min(bad.length, 6000) : bad.length;
      for (let i = 0; i < 1 + next() * 3 && bad.length > 0; i++)
        bad[bad.length - area + Math.floor(next() * area)]! ^= 1 << Math.floor(next() * 8);
      const error = await plan(new Blob([bad])).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(ArchiveError);
      if (error !== undefined) refusals++;
    }
    expect(refusals).toBeGreaterThan(50);
    expect(await contents()).toEqual(before);
  });
});

describe('restoring an archive', () => {
  it.each([1, 2, 3])('leaves nothing behind when the disk is full at write %i', async (count) => {
    const db = await database();
    const put = db.put.bind(db) as (...args: unknown[]) => Promise<IDBValidKey>;
    let writes = 0;
    vi.spyOn(db, 'put').mockImplementation((...args: unknown[]) =>
      ++writes >= count ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : put(...args),
    );
    await expect(bringBack(good)).rejects.toThrow(refused('archive-full'));
    expect(writes).toBe(count);
    expect(await contents()).toEqual(before);
  });

  it.each([1, 2, 3, 4])('leaves nothing behind when the disk is full at row %i', async (count) => {
    const add = Reflect.get(IDBObjectStore.prototype, 'add');
    let rows = 0;
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (++rows >= count) throw new DOMException('full', 'QuotaExceededError');
      return add.apply(this, args);
    });
    await expect(bringBack(good)).rejects.toThrow(refused('archive-full'));
    expect(rows).toBeGreaterThanOrEqual(count);
    expect(await contents()).toEqual(before);
  });

  it.each([0, 0.3, 0.6, 0.9])(
    'leaves nothing behind when it is cancelled at %d of the way',
    async (share) => {
      const controller = new AbortController();
      const stop = (fraction: number) => fraction >= share && controller.abort();
      if (share === 0) controller.abort();
      const restoring = restoreArchive(await plan(good), {
        readMark: detectWatermark,
        signal: controller.signal,
        onProgress: stop,
      });
      await expect(restoring).rejects.toMatchObject({ name: 'AbortError' });
      expect(await contents()).toEqual(before);
    },
  );

  it('leaves nothing behind when another tab stores the same first', async () => {
    const late = await plan(good);
    await bringBack(good);
    const after = await contents();
    await expect(restoreArchive(late, { readMark: detectWatermark })).rejects.toThrow(
      refused('archive-changed'),
    );
    expect(await contents()).toEqual(after);
  });

  it('reports progress', async () => {
    const seen: number[] = [];
    await restoreArchive(await plan(good), {
      readMark: detectWatermark,
      onProgress: (fraction) => seen.push(fraction),
    });
    // Four parts, and the steps of the search for the mark.
    expect(seen.length).toBeGreaterThan(5);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(seen.at(-1)).toBeGreaterThan(0.9);
    expect(seen.at(-1)).toBeLessThanOrEqual(1);
  });
});

describe('writing an archive', () => {
  it('can be cancelled between parts and while marking', async () => {
    await saveTake({ name: 'Second', source, output: output() });
    const early = AbortSignal.abort();
    await expect(write({ signal: early })).rejects.toMatchObject({ name: 'AbortError' });
    const controller = new AbortController();
    const seen: number[] = [];
    const writing = write({
      signal: controller.signal,
      onProgress: (fraction) => {
        seen.push(fraction);
        if (fraction > 0.3) controller.abort();
      },
    });
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.at(-1)).toBeLessThan(1);
  });
});
