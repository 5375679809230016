import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { restoreArchive } from '../../../src/archive/restore';
import { sha256Of } from '../../../src/files/hash';
import type { SealedRecord } from '../../../src/provenance';
import { findVoice } from '../../../src/services/find-voice';
import { loadTake, requireIntact, saveTake, type TakeOutput } from '../../../src/store/takes';
import { revoke } from '../../../src/store/voices';
import { dateInWords } from '../../../src/text/format';
import { makeWav } from '../../browser/wav';
import { fakeConverter, voice } from '../page';
import { sealed } from '../provenance/records';
import {
  bringBack,
  contents,
  freshDevice,
  keepVoice,
  output,
  pack,
  parts,
  plan,
  relisted,
  source,
  SPEECH,
  write,
  type Listed,
} from './device';

const kathleen = sealed({ person: { name: 'Kathleen', status: 'living' } });
const DATA = 'd'.repeat(64);
/** The voices here, and Kathleen as if she were published under that record. */
const voiceOf = (id: string) =>
  findVoice(fakeConverter([voice({ name: 'Kathleen', consent: kathleen, data: [DATA] })]), id);

let id: string;

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await freshDevice();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** An archive of one converted take, from another device. */
async function archived(changes: Partial<TakeOutput> = {}): Promise<Blob> {
  ({ id } = await saveTake({ name: 'First', source, output: output(changes) }));
  const { file, leftOut } = await write({ voiceOf });
  expect(leftOut).toEqual([]);
  await freshDevice();
  return file;
}

const named = (voiceId: string, consent: SealedRecord) => (list: Listed) =>
  Object.assign(list.takes[0]!.output!, { voiceId, consent });

/** The archive with another sound in place of the conversion. */
async function resounded(file: Blob, samples: Float32Array): Promise<Blob> {
  const all = await parts(file);
  const name = Object.keys(all).find((each) => each.endsWith('.wav'))!;
  const wav = Uint8Array.from(makeWav(samples, { sampleRateHz: 24000 }));
  const sha256 = await sha256Of(wav.buffer);
  const listed = await relisted(file, ({ takes }) =>
    Object.assign(takes[0]!.output!.wav, { bytes: wav.length, sha256 }),
  );
  return pack({ ...(await parts(listed)), [name]: wav });
}

async function expectOnlyHeard(file: Blob, why: RegExp): Promise<void> {
  const unsealed = await bringBack(file, { voiceOf });
  expect(unsealed).toEqual([{ name: 'First, as Ada', why: expect.stringMatching(why) as string }]);
  const take = await loadTake(id);
  expect(take.source.samples).toEqual(source.samples);
  expect(take.output!.samples.length).toBeGreaterThan(0);
  expect(() => requireIntact(take)).toThrow(/without the mark of that voice/);
  const { leftOut } = await write({ voiceOf });
  expect(leftOut).toMatchObject([{ name: 'First, as Ada' }]);
}

async function expectExportable(file: Blob): Promise<void> {
  expect(await bringBack(file, { voiceOf })).toEqual([]);
  expect((await loadTake(id)).isIntact).toBe(true);
}

describe('an archived conversion is only kept to be heard', () => {
  it('under the name and record of a published voice', async () => {
    await expectOnlyHeard(await relisted(await archived(), named('kathleen', kathleen)), /mark .* not that/);
  });

  it('under another record of a voice that is not here', async () => {
    await expectOnlyHeard(
      await relisted(await archived(), named('own-b', sealed({ until: '2099-01-01' }))),
      /mark .* not that/,
    );
  });

  it('without a mark', async () => {
    await expectOnlyHeard(await resounded(await archived(), SPEECH), /No mark could be read/);
  });

  it('where it is too short for its mark to be read', async () => {
    await expectOnlyHeard(await archived({ samples: SPEECH.slice(0, 6000) }), /less than 2 seconds/);
  });

  it('as a published voice that this version does not have', async () => {
    const file = await archived({ voiceId: 'kathleen', consent: kathleen });
    await expectOnlyHeard(await relisted(file, named('unknown', kathleen)), /no such voice/);
  });
});

describe('an archived conversion is exportable', () => {
  it('as a published voice, with its mark', async () => {
    await expectExportable(await archived({ voiceId: 'kathleen', consent: kathleen }));
  });

  it('under a record that was renewed here since', async () => {
    const file = await archived();
    await keepVoice('own-a', 'Ada', sealed({ until: '2099-01-01' }));
    await expectExportable(file);
  });
});

describe('an archived conversion is left out', () => {
  const expectLeftOut = async (file: Blob, why: RegExp) => {
    const { refused, takes } = await plan(file, { voiceOf });
    expect(refused).toEqual([{ name: 'First, as Ada', why: expect.stringMatching(why) as string }]);
    expect(takes).toMatchObject([{ consent: null }]);
    await bringBack(file, { voiceOf });
    expect(await loadTake(id)).toMatchObject({ output: null });
  };

  it('under the record of somebody else than its published voice', async () => {
    const file = await archived({ voiceId: 'kathleen', consent: kathleen });
    await expectLeftOut(
      await relisted(file, named('kathleen', sealed())),
      /Ada Example.*has that of Kathleen/,
    );
  });

  it('under the record of somebody else than its voice here', async () => {
    const file = await archived();
    await keepVoice('own-a', 'Ada', kathleen);
    await expectLeftOut(file, /Ada Example.*has that of Kathleen/);
  });

  it('once the record of its voice here has ended', async () => {
    const file = await archived();
    await keepVoice('own-a', 'Ada', sealed({ until: '2026-01-02' }));
    await expectLeftOut(file, new RegExp(`ended on ${dateInWords(new Date(2026, 0, 2))}`));
  });

  it.each(['its own', 'that of its voice'])('if the data of its voice is revoked, %s', async (whose) => {
    const data = whose === 'its own' ? 'c'.repeat(64) : DATA;
    const file = await archived({ voiceId: 'kathleen', consent: kathleen, voiceData: ['c'.repeat(64)] });
    await revoke(data, 'asked for');
    await expectLeftOut(file, /revoked/);
  });
});

describe('the search for the marks', () => {
  it('is part of the progress, and can be cancelled: then nothing is stored', async () => {
    const file = await archived();
    const before = await contents();
    const controller = new AbortController();
    const seen: number[] = [];
    const restoring = restoreArchive(await plan(file), {
      signal: controller.signal,
      onProgress: (fraction) => seen.push(fraction),
      readMark: async (_samples, _sampleRateHz, { onProgress, signal }) => {
        onProgress(0.5);
        controller.abort();
        throw Object.assign(new Error('stopped'), { name: signal!.aborted ? 'cancelled' : 'not aborted' });
      },
    });
    await expect(restoring).rejects.toMatchObject({ name: 'AbortError' });
    // Half of the search, which is most of the work.
    expect(seen.at(-1)).toBeGreaterThan(0.4);
    expect(seen.at(-1)).toBeLessThan(0.6);
    expect(await contents()).toEqual(before);
  });
});
