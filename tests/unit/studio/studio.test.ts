import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { m } from '../../../src/text/messages';
import type { AppContext } from '../../../src/services/context';
import { DEFAULT_CONTROLS, type ConvertProgress } from '../../../src/engine/types';
import { decodeFile } from '../../../src/audio/decode';
import { canShare, download, share } from '../../../src/export/deliver';
import { exportTake, type ExportedTake } from '../../../src/export/export';
import { database } from '../../../src/store/db';
import { deleteTake, listTakes, loadTake, saveTake } from '../../../src/store/takes';
import { revoke } from '../../../src/store/voices';
import { Studio } from '../../../src/studio/studio.svelte';
import type { MarkedFile } from '../../../src/export/marked-file';
import { fakeConverter, openBrowser, pageContext, voice } from '../page';
import { sealed } from '../provenance/records';

const fakes = vi.hoisted(() => {
  /** The recording that the fake microphone returns. */
  const recorded = { samples: new Float32Array(0), sampleRateHz: 16_000, seconds: 4, clipped: false };
  let options: { onSamples: (samples: Float32Array, sampleRateHz: number) => void };
  class Recorder {
    seconds = 0;
    constructor(given: typeof options) {
      options = given;
    }
    static devices = async () => [];
    async start() {}
    async stop() {
      return recorded;
    }
    close() {}
  }
  const openTracks = vi.fn();
  class TrackPlayer {
    readonly open = openTracks;
    pause() {}
  }
  return { recorded, Recorder, options: () => options, openTracks, TrackPlayer };
});

vi.mock('../../../src/audio/decode');
vi.mock('../../../src/audio/recorder', () => ({ Recorder: fakes.Recorder }));
vi.mock('../../../src/export/deliver');
vi.mock(import('../../../src/export/export'), async (original) => ({
  ...(await original()),
  exportTake: vi.fn<typeof exportTake>(),
}));
vi.mock('../../../src/ui/track-player.svelte', () => ({ TrackPlayer: fakes.TrackPlayer }));

const RATE_HZ = 16_000;

const exported: ExportedTake = {
  blob: new Blob(['marked']) as MarkedFile,
  fileName: 'take.wav',
  payload: { version: 2, id24: 1 },
  hasCredentials: true,
};
/** Four seconds of a tone, which is no speech. */
const sound = () => Float32Array.from({ length: 4 * RATE_HZ }, (_, i) => 0.5 * Math.sin(i / 5));
const file = new File(['sound'], 'My tape.v2.wav');

beforeEach(async () => {
  await openBrowser();
  fakes.recorded.samples = sound();
  vi.mocked(decodeFile).mockImplementation(async () => ({
    samples: sound(),
    sampleRateHz: RATE_HZ,
    seconds: 4,
    warnings: [],
  }));
  vi.mocked(exportTake).mockResolvedValue(exported);
});

let page: ReturnType<typeof pageContext> | undefined;

afterEach(() => {
  page?.scope.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function open(converter = fakeConverter()) {
  page = pageContext(converter);
  return { ...page, studio: new Studio(page.context, page.scope) };
}

/** A studio with a take that was converted. */
async function openConverted(converter = fakeConverter()) {
  const opened = open(converter);
  await opened.studio.openFile(file);
  await opened.studio.convert();
  return opened;
}

type Convert = AppContext['converter']['convert'];

describe('the studio', () => {
  it('opens a file as a take with its name, and shows warnings about it', async () => {
    vi.mocked(decodeFile).mockImplementation(async (_file, _name, options) => {
      expect(studio.job).toMatchObject({ isBusy: true, label: 'Opening My tape.v2.wav' });
      options!.onProgress!(30, 120);
      expect(studio.job.progress).toEqual({
        fraction: 0.25,
        secondsLeft: null,
        doneSeconds: 30,
        totalSeconds: 120,
      });
      return { samples: sound(), sampleRateHz: RATE_HZ, seconds: 4, warnings: ['It was clipped.'] };
    });
    const { studio, notices } = open();
    await studio.openFile(file);
    expect(studio.take).toMatchObject({ name: 'My tape.v2', output: null });
    expect(studio.take!.id).not.toBeNull();
    expect(notices.list.map(({ text }) => text)).toEqual([
      'It was clipped.',
      expect.stringMatching(/does not sound like one person speaking/),
    ]);
    expect(fakes.openTracks).toHaveBeenLastCalledWith(studio.take!.source, undefined);
  });

  it.each(['.wav', '\u200b\u200b.wav'])(
    'opens a file of which no name is visible under words for that: %j',
    async (name) => {
      const { studio } = open();
      await studio.openFile(new File(['x'], name));
      expect(studio.take).toMatchObject({ name: '(no visible name)' });
    },
  );

  it('shows why a file cannot be opened, and saves nothing', async () => {
    vi.mocked(decodeFile).mockRejectedValue(new DOMException('This is not a recording.', 'not-audio'));
    const { studio, notices } = open();
    await studio.openFile(file);
    expect(studio.take).toBeNull();
    expect(notices.list).toMatchObject([{ kind: 'error', text: 'This is not a recording.' }]);
  });

  it('shows that the sample could not be fetched', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
    const { studio, notices } = open();
    await studio.openSample();
    expect(notices.list).toMatchObject([
      { kind: 'error', text: expect.stringMatching(/sample could not be loaded.*are safe/) as string },
    ]);
  });

  it('saves a recording as a take, but not a silent one', async () => {
    const { studio, notices } = open();
    const record = async () => {
      await studio.recording.start('');
      await studio.recording.stop();
    };
    await record();
    await vi.waitFor(async () => expect(await listTakes()).toHaveLength(1));
    expect(studio.take!.name).toMatch(/^Recording, /);
    fakes.recorded.samples = new Float32Array(RATE_HZ);
    await record();
    const silent = { kind: 'error', text: expect.stringMatching(/silent/) as string };
    await vi.waitFor(() => expect(notices.list.at(-1)).toMatchObject(silent));
    expect(await listTakes()).toHaveLength(1);
  });

  it('converts the open take to the chosen voice, and saves the consent record with it', async () => {
    const joe = voice({ id: 'joe', name: 'Joe' });
    const { studio, converter, preferences, notices } = open(fakeConverter([voice(), joe]));
    preferences.voiceId = 'joe';
    await studio.openFile(file);
    const source = studio.take!.source;
    await studio.convert();
    const controls = { ...DEFAULT_CONTROLS, pitchShiftSt: 3 };
    expect(converter.convert.mock.calls[0]![0]).toMatchObject({ ...source, voiceId: 'joe', controls });
    expect(studio.take).toMatchObject({
      name: 'My tape.v2',
      output: { voiceId: 'joe', voiceName: 'Joe', controls, rtf: 0.25, consent: sealed() },
    });
    expect((await listTakes()).map(({ output }) => output?.voiceName)).toEqual(['Joe']);
    expect(notices.announcement).toBe('Converted to Joe.');
    expect(fakes.openTracks).toHaveBeenLastCalledWith(source, studio.take!.output);
  });

  it('asks for the ear, says what heard the take, and offers the ear only after a conversion', async () => {
    const { studio, converter, ear } = open();
    await studio.openFile(file);
    const convert = converter.convert.getMockImplementation()!;
    converter.convert.mockImplementation(async (job) => {
      expect(ear.offer).not.toHaveBeenCalled();
      return { ...(await convert(job)), ear: 'ear' };
    });
    await studio.convert();
    expect(converter.convert.mock.calls[0]![0]).toMatchObject({ ear: 'auto' });
    expect((await listTakes())[0]!.output).toMatchObject({ ear: 'ear' });
    expect(ear.offer).toHaveBeenCalledOnce();
  });

  it('converts nothing without a take, or without the chosen voice', async () => {
    const { studio, converter, preferences } = open();
    await studio.convert();
    await studio.openFile(file);
    preferences.voiceId = 'gone';
    await studio.convert();
    expect(converter.convert).not.toHaveBeenCalled();
  });

  it('shows the progress of a conversion, and ignores progress that arrives after its end', async () => {
    const { studio, converter } = open();
    await studio.openFile(file);
    let report!: (progress: ConvertProgress) => void;
    const answer = await converter.convert.getMockImplementation()!({
      samples: sound(),
    } as Parameters<Convert>[0]);
    converter.convert.mockImplementation(async ({ onProgress }) => {
      report = onProgress;
      report({ secondsDone: 2, secondsTotal: 8, secondsLeft: 3 });
      expect(studio.job).toMatchObject({
        label: 'Converting to Kathleen',
        progress: { fraction: 0.25, secondsLeft: 3, doneSeconds: 2, totalSeconds: 8 },
      });
      return answer;
    });
    await studio.convert();
    report({ secondsDone: 8, secondsTotal: 8, secondsLeft: 0 });
    expect(studio.job).toMatchObject({ isBusy: false, progress: null });
  });

  it('cancels a conversion without an error; the take stays open', async () => {
    const { studio, converter, notices } = open();
    await studio.openFile(file);
    notices.clear();
    converter.convert.mockImplementation(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () =>
            reject(Object.assign(new Error('stopped'), { name: 'cancelled' })),
          );
        }),
    );
    const converting = studio.convert();
    // Refused: the job is busy.
    await studio.openFile(new File([''], 'another.wav'));
    studio.job.cancel();
    await converting;
    expect(studio.take).toMatchObject({ name: 'My tape.v2', output: null });
    expect(studio.job.isBusy).toBe(false);
    expect(notices.list).toMatchObject([
      { kind: 'warning', text: expect.stringMatching(/Opening another\.wav.*not started/) as string },
    ]);
  });

  it('exports a take with the consent record it was converted under, even if the voice is gone', async () => {
    const { studio, converter, preferences, scope } = await openConverted();
    converter.status.voices = [];
    preferences.disclaimer = 'de';
    vi.mocked(exportTake).mockImplementation(async (_samples, _rate, _format, _about, options) => {
      options!.onProgress!(0.5);
      expect(studio.job).toMatchObject({ label: 'Marking and encoding MP3', progress: { fraction: 0.5 } });
      return exported;
    });
    await studio.download('mp3');
    const { samples, sampleRateHz } = studio.take!.output!;
    expect(vi.mocked(exportTake).mock.calls[0]!.slice(0, 4)).toEqual([
      samples,
      sampleRateHz,
      'mp3',
      {
        voiceId: 'kathleen',
        voiceName: 'Kathleen',
        takeName: 'My tape.v2',
        consent: sealed(),
        voiceData: voice().data,
        voice: null,
        disclaimer: 'de',
      },
    ]);
    expect(download).toHaveBeenCalledWith(exported, scope);
  });

  it('exports a take without a record under the record of its voice', async () => {
    const own = sealed({ revocationContact: 'voice@example.test' });
    const { studio } = open(fakeConverter([voice({ consent: own })]));
    const { consent: _none, ...output } = {
      ...{ samples: sound(), sampleRateHz: 24000, voiceId: 'kathleen', voiceName: 'Kathleen' },
      ...{ controls: DEFAULT_CONTROLS, backend: 'wasm' as const, rtf: 1, consent: own },
    };
    const { id } = await saveTake({
      name: 'Old',
      source: { samples: sound(), sampleRateHz: RATE_HZ },
      output,
    });
    await studio.library.openTake(id);
    await studio.download('wav');
    expect(vi.mocked(exportTake).mock.calls[0]![3]).toMatchObject({ consent: own, voice: { consent: own } });
    expect(vi.mocked(exportTake).mock.calls[0]![3]).not.toHaveProperty('disclaimer');
  });

  it.each(['the data of its voice', 'the data of the voice of its id', 'the record of that voice'])(
    'no longer plays a conversion once %s is revoked',
    async (what) => {
      const renewed = sealed({ revocationContact: 'renewed@example.test' });
      const { studio, converter, notices } = await openConverted();
      converter.status.voices = [voice({ consent: renewed, data: ['e'.repeat(64)] })];
      await revoke(
        {
          'the data of its voice': voice().data[0]!,
          'the data of the voice of its id': 'e'.repeat(64),
        }[what] ?? renewed.sha256,
        'asked for',
      );
      await vi.waitFor(() =>
        expect(fakes.openTracks).toHaveBeenLastCalledWith(studio.take!.source, undefined),
      );
      expect(notices.list.at(-1)!.text).toMatch(/has been revoked/);
    },
  );

  it.each([
    ['mp3', false, 1],
    ['mp3', true, 0],
    // Opus files carry no credentials.
    ['opus', false, 0],
  ] as const)('warns of a missing signature: %s, signed %s', async (format, hasCredentials, warnings) => {
    const { studio, notices } = await openConverted();
    vi.mocked(exportTake).mockResolvedValue({ ...exported, hasCredentials });
    await studio.download(format);
    expect(notices.list.filter(({ text }) => /credentials could not be signed/.test(text))).toHaveLength(
      warnings,
    );
  });

  it.each([
    [true, true, 0],
    // The browser requires another click, or cannot share such a file.
    [true, false, 1],
    [false, false, 1],
  ])(
    'shares if the file can be shared (%s) and the browser allows it now (%s), and downloads otherwise',
    async (can, may, downloads) => {
      const { studio } = await openConverted();
      vi.mocked(canShare).mockReturnValue(can);
      vi.mocked(share).mockResolvedValue(may);
      await studio.share('wav');
      expect(share).toHaveBeenCalledTimes(can ? 1 : 0);
      expect(download).toHaveBeenCalledTimes(downloads);
    },
  );

  it('writes a recording to the store while it is made, also while another page is shown', async () => {
    const { studio, work } = open();
    await studio.recording.start('');
    fakes.options().onSamples(sound(), RATE_HZ);
    studio.leave();
    await vi.waitFor(async () => expect(await (await database()).getAll('drafts')).toHaveLength(1));
    expect(work.tasks).toMatchObject([{ page: 'studio', label: 'Recording 0:00', isLossy: true }]);
    const put = vi.spyOn(await database(), 'put');
    work.tasks[0]!.end!.run();
    await vi.waitFor(() => expect(studio.take?.id).toBeTruthy(), 10_000);
    expect((await loadTake(studio.take!.id!)).source.samples).toEqual(sound());
    expect(put).not.toHaveBeenCalled();
    expect(await (await database()).count('drafts')).toBe(0);
    await vi.waitFor(() => expect(work.isLossy).toBe(false), 10_000);
  });

  it('saves a recording anew that had to be repaired, instead of what was written before', async () => {
    const { studio } = open();
    fakes.recorded.samples[5] = 2;
    await studio.recording.start('');
    fakes.options().onSamples(fakes.recorded.samples, RATE_HZ);
    await studio.recording.stop();
    await vi.waitFor(() => expect(studio.take?.id).toBeTruthy(), 10_000);
    expect((await loadTake(studio.take!.id!)).source.samples[5]).toBe(1);
    await vi.waitFor(async () => expect(await (await database()).count('drafts')).toBe(0), 10_000);
  });

  it('saves and converts a recording without the offset of the sound card, as it is heard', async () => {
    const { studio, converter } = open();
    fakes.recorded.samples = sound().map((sample) => sample + 0.03);
    await studio.recording.start('');
    fakes.options().onSamples(fakes.recorded.samples, RATE_HZ);
    await studio.recording.stop();
    await vi.waitFor(() => expect(studio.take?.id).toBeTruthy(), 10_000);
    const { samples } = (await loadTake(studio.take!.id!)).source;
    expect(Math.abs(samples.reduce((sum, sample) => sum + sample, 0) / samples.length)).toBeLessThan(1e-4);
    await studio.convert();
    expect(converter.convert.mock.calls[0]![0].samples).toEqual(samples);
    expect(await (await database()).count('drafts')).toBe(0);
  });

  it('keeps what is stored of a repaired recording until its take is saved', async () => {
    const { studio } = open();
    fakes.recorded.samples[5] = 2;
    await studio.recording.start('');
    fakes.options().onSamples(fakes.recorded.samples, RATE_HZ);
    await vi.waitFor(async () => expect(await (await database()).count('drafts')).toBe(1));
    const full = vi
      .spyOn(await database(), 'put')
      .mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
    await studio.recording.stop();
    await vi.waitFor(() => expect(studio.library.unsaved).toHaveLength(1), 10_000);
    expect(await (await database()).count('drafts')).toBe(1);
    full.mockRestore();
    await studio.library.save(studio.library.unsaved[0]!);
    expect((await loadTake(studio.take!.id!)).source.samples[5]).toBe(1);
    expect(await (await database()).count('drafts')).toBe(0);
  });

  it('says how much of a recording is stored when the device is full, and saves all of it once there is space', async () => {
    const { studio, notices } = open();
    await studio.recording.start('');
    const half = sound().subarray(0, 2 * RATE_HZ);
    fakes.options().onSamples(half, RATE_HZ);
    await vi.waitFor(async () => expect(await (await database()).count('drafts')).toBe(1));
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    fakes.options().onSamples(half, RATE_HZ);
    await vi.waitFor(() =>
      expect(notices.list).toMatchObject([
        {
          text: expect.stringMatching(
            /stopped storing.*beginning \(2 seconds\) is stored.*Stop it, make space/,
          ) as string,
        },
      ]),
    );
    await studio.recording.stop();
    await vi.waitFor(() => expect(studio.library.unsaved).toHaveLength(1), 10_000);
    full.mockRestore();
    expect(await (await database()).count('drafts')).toBe(1);
    await studio.library.save(studio.library.unsaved[0]!);
    expect((await listTakes()).map(({ source }) => source.seconds)).toEqual([4]);
    expect(await (await database()).count('drafts')).toBe(0);
  });

  it('goes on with a conversion when its page is left', async () => {
    const { studio, converter, work } = open();
    await studio.openFile(file);
    const convert = converter.convert.getMockImplementation()!;
    converter.convert.mockImplementation(async (job) => {
      job.onProgress({ secondsDone: 1, secondsTotal: 4, secondsLeft: 3 });
      studio.leave();
      expect(work.tasks).toMatchObject([
        { page: 'studio', label: 'Converting to Kathleen, 25%', isLossy: true, end: { label: 'Cancel' } },
      ]);
      expect(job.signal.aborted).toBe(false);
      return convert(job);
    });
    await studio.convert();
    expect(studio.take!.output).not.toBeNull();
  });

  it('says that a take which is deleted is no longer converted', async () => {
    const { studio, converter, notices } = open();
    await studio.openFile(file);
    notices.clear();
    converter.convert.mockImplementation(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () =>
            reject(Object.assign(new Error('stopped'), { name: 'cancelled' })),
          );
        }),
    );
    const converting = studio.convert();
    await studio.library.remove(studio.take!.id!);
    await converting;
    expect(notices.list.map(({ text }) => text)).toEqual([
      expect.stringMatching(/“My tape.v2” was deleted, so its conversion was stopped/),
    ]);
    expect(studio.take).toBeNull();
  });

  it('keeps a take open that another tab deletes while it is converted, and says that it is not saved', async () => {
    const { studio, converter, notices } = open();
    await studio.openFile(file);
    const convert = converter.convert.getMockImplementation()!;
    converter.convert.mockImplementation(async (job) => {
      await deleteTake(studio.take!.id!);
      return convert(job);
    });
    await studio.convert();
    expect(notices.list.at(-1)).toMatchObject({
      text: expect.stringMatching(/was deleted in another tab while it was being converted/) as string,
      action: { label: m.studio_save_again },
    });
    expect(studio.library.unsaved).toEqual([studio.take]);
    notices.list.at(-1)!.action!.run();
    await vi.waitFor(async () => expect(await listTakes()).toHaveLength(1));
    expect(studio.take!.output).not.toBeNull();
  });

  it('opens several files, whatever happens to one of them', async () => {
    vi.mocked(decodeFile).mockImplementation(async (_blob, name) => {
      if (name === 'b.wav') throw new DOMException('This is not a recording.', 'not-audio');
      return { samples: sound(), sampleRateHz: RATE_HZ, seconds: 4, warnings: [] };
    });
    const { studio, notices } = open();
    await studio.openFiles(['a.wav', 'b.wav', 'c.wav'].map((name) => new File(['sound'], name)));
    expect((await listTakes()).map(({ name }) => name).sort()).toEqual(['a', 'c']);
    expect(notices.list).toMatchObject([
      { text: expect.stringMatching(/^1 of 3 files/) as string, items: ['b.wav: This is not a recording.'] },
      { items: [expect.stringMatching(/^a\.wav: /), expect.stringMatching(/^c\.wav: /)] },
    ]);
  });

  it('exports nothing that was not converted', async () => {
    const { studio } = open();
    await studio.openFile(file);
    await studio.download('wav');
    expect(exportTake).not.toHaveBeenCalled();
  });
});
