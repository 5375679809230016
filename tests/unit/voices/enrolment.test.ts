import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import type { CleanedRecording, Progress } from '../../../src/enrol/types';
import { sha256Of } from '../../../src/files/hash';
import { language } from '../../../src/services/locale.svelte';
import { audition, finishVoice } from '../../../src/services/voice-maker';
import { database } from '../../../src/store/db';
import { abandonedDrafts, Draft } from '../../../src/store/drafts';
import { addRecording, deleteEnrolment, listEnrolments, readRecording } from '../../../src/store/enrolments';
import { listVoices } from '../../../src/store/voices';
import { Enrolment } from '../../../src/voices/enrolment.svelte';
import { AUDITIONS } from '../../../src/ui/transcript/built-in-sounds';
import { voiceFile } from '../archive/device';
import { openBrowser, pageContext } from '../page';
import { record, sealed } from '../provenance/records';
import { draft, fakeClient, finished, piece, untilCancelled } from './fake-client';

const player = vi.hoisted(() => ({ setTracks: vi.fn(), play: vi.fn(), pause: vi.fn(), close: vi.fn() }));

vi.mock('../../../src/audio/ab-player', () => ({
  AbPlayer: function () {
    return player;
  },
}));
vi.mock('../../../src/audio/decode');
vi.mock('../../../src/services/enrolment-client', async () => {
  const fake = (await import('./fake-client')).fakeClient;
  return {
    EnrolmentClient: function () {
      return fake;
    },
  };
});
vi.mock(import('../../../src/services/voice-maker'), async (original) => ({
  ...(await original()),
  audition: vi.fn<typeof audition>(),
  finishVoice: vi.fn<typeof finishVoice>(),
}));

const RATE_HZ = 16_000;
const consent = sealed();

/** A cleaned recording of two pieces of one second; `along` selects the voice of the second. */
function cleaned(changes: Partial<CleanedRecording> = {}, along: 0 | 1 = 0): CleanedRecording {
  return {
    samples: Float32Array.from({ length: 2 * RATE_HZ }, (_, i) => Math.sin(i)),
    pieces: [piece(0, 1), piece(1, 2, along)],
    reverberation: { decaySeconds: 0.3 },
    humHz: 0,
    ...changes,
  };
}

beforeEach(async () => {
  await openBrowser();
  vi.mocked(decodeFile).mockImplementation(async () => ({
    samples: new Float32Array(2 * RATE_HZ),
    sampleRateHz: RATE_HZ,
    seconds: 2,
    warnings: [],
  }));
  fakeClient.clean.mockImplementation(async () => cleaned());
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  language.user = 'en';
});

function open() {
  const page = pageContext();
  const onDone = vi.fn();
  return { ...page, onDone, enrolment: new Enrolment(page.context, page.scope, onDone) };
}

const tape = (name: string) => new File([`sound of ${name}`], name);
const storedRow = async () => (await listEnrolments())[0]!;

describe('recordings', () => {
  it('are cleaned one after the other, and saved with their pieces', async () => {
    const { enrolment } = open();
    await enrolment.addFiles([tape('a.wav'), tape('b.wav')]);
    expect(enrolment.row.recordings.map(({ name }) => name)).toEqual(['a.wav', 'b.wav']);
    expect(enrolment.row.recordings[0]!.sha256).toBe(await sha256Of(await tape('a.wav').arrayBuffer()));
    expect(enrolment.summary.keptSeconds).toBe(4);
    const row = await storedRow();
    expect(row.recordings).toHaveLength(2);
    expect(await readRecording(row.recordings[1]!)).toEqual(cleaned().samples);
  });

  it('decide the language of the voice, which the language shown no longer changes', async () => {
    const { enrolment } = open();
    language.user = 'de';
    expect(enrolment.language).toBe('de');
    await enrolment.addFiles([tape('a.wav')]);
    language.user = 'fr';
    expect(enrolment.language).toBe('de');
    expect((await storedRow()).about.language).toBe('de');
  });

  it('have one main speaker, determined from all of them together', async () => {
    const { enrolment } = open();
    fakeClient.clean.mockImplementation(async () => cleaned({}, 1));
    await enrolment.addFiles([tape('a.wav')]);
    fakeClient.clean.mockImplementation(async () => cleaned());
    await enrolment.addFiles([tape('b.wav')]);
    expect(enrolment.pieces.map(({ reason }) => reason)).toEqual([null, 'other-speaker', null, null]);
    expect((await storedRow()).recordings[0]!.pieces[1]!.reason).toBe('other-speaker');
  });

  it('show warnings with the name of the file', async () => {
    const { enrolment, notices } = open();
    vi.mocked(decodeFile).mockImplementation(async () => ({
      ...{ samples: new Float32Array(RATE_HZ), sampleRateHz: RATE_HZ, seconds: 1 },
      warnings: ['It was clipped.'],
    }));
    fakeClient.clean.mockImplementation(async () =>
      cleaned({ humHz: 50.2, reverberation: { decaySeconds: 0.94 } }),
    );
    await enrolment.addFiles([tape('a.wav')]);
    expect(notices.list.map(({ text }) => text)).toEqual([
      'a.wav: It was clipped.',
      expect.stringMatching(/^a\.wav was recorded in a room that echoes for about 0\.9 seconds/),
    ]);
    expect(notices.announcement).toBe('A hum at 50 Hz was removed from a.wav.');
  });

  it('go on after a file that fails; what was not added is listed at the end', async () => {
    const { enrolment, notices } = open();
    vi.mocked(decodeFile).mockImplementation(async (_file, name) => {
      if (name === 'bad.wav') throw new DOMException('This is not a recording.', 'not-audio');
      return {
        ...{ samples: new Float32Array(RATE_HZ), sampleRateHz: RATE_HZ, seconds: 1 },
        warnings: [name],
      };
    });
    await enrolment.addFiles(['a.wav', 'bad.wav', 'b.wav'].map(tape));
    expect(enrolment.row.recordings.map(({ name }) => name)).toEqual(['a.wav', 'b.wav']);
    expect(notices.list).toMatchObject([
      {
        text: expect.stringMatching(/^1 of 3 files/) as string,
        items: ['bad.wav: This is not a recording.'],
      },
      { items: ['a.wav: a.wav', 'b.wav: b.wav'] },
    ]);
  });

  it('that are read aloud are in the store while they are made, and until they are cleaned', async () => {
    const { enrolment } = open();
    const draft = new Draft({ name: 'Read', sampleRateHz: RATE_HZ, enrolmentId: enrolment.row.id }, vi.fn());
    const samples = new Float32Array(RATE_HZ).fill(0.1);
    draft.append(samples);
    fakeClient.clean.mockRejectedValueOnce(new Error('The worker stopped.'));
    await enrolment.addRecorded({ samples, sampleRateHz: RATE_HZ } as never, 'Read', draft);
    // Another visit: without locks a draft counts as abandoned after ten seconds.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    const [row] = await abandonedDrafts('enrolments');
    vi.useRealTimers();
    const later = open().enrolment;
    await later.addDraft(row!);
    expect(later.row).toMatchObject({ id: enrolment.row.id, recordings: [{ name: 'Read' }] });
    expect(fakeClient.clean.mock.calls.at(-1)![0]).toEqual(samples);
    expect(await (await database()).count('drafts')).toBe(0);
  });

  it('that the store refused after a second are added from memory, and not found again at the next start', async () => {
    const { enrolment, notices } = open();
    const failed = vi.fn();
    const draft = new Draft({ name: 'Read', sampleRateHz: RATE_HZ, enrolmentId: enrolment.row.id }, failed);
    draft.append(new Float32Array(RATE_HZ).fill(0.1));
    await draft.end();
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    draft.append(new Float32Array(RATE_HZ).fill(0.1));
    await vi.waitFor(() => expect(failed.mock.calls).toEqual([[1]]));
    const samples = new Float32Array(2 * RATE_HZ).fill(0.1);
    await enrolment.addRecorded({ samples, sampleRateHz: RATE_HZ } as never, 'Read', draft);
    full.mockRestore();
    expect(await (await database()).count('drafts')).toBe(1);
    const notice = notices.list.at(-1)!;
    expect(notice.text).toMatch(/“Read” is not added, and only this tab has all of it/);
    notice.action!.run();
    await vi.waitFor(async () => expect(await (await database()).count('drafts')).toBe(0));
    expect(fakeClient.clean.mock.calls.at(-1)![0]).toHaveLength(2 * RATE_HZ);
    expect((await storedRow()).recordings).toMatchObject([{ name: 'Read' }]);
  });

  it('after one that fails or is cancelled are not processed', async () => {
    const { enrolment, notices } = open();
    fakeClient.clean.mockImplementation((_samples, _rate, { signal }) => untilCancelled(signal));
    const adding = enrolment.addFiles([tape('a.wav'), tape('b.wav')]);
    await vi.waitFor(() => expect(fakeClient.clean).toHaveBeenCalled());
    expect(enrolment.job).toMatchObject({ isBusy: true, label: 'Cleaning a.wav' });
    enrolment.job.cancel();
    await adding;
    expect(fakeClient.clean).toHaveBeenCalledTimes(1);
    expect(notices.list).toEqual([]);
    expect(enrolment.row.recordings).toEqual([]);
    expect(enrolment.job.isBusy).toBe(false);
  });

  it('are restored after a reload, sample by sample', async () => {
    const before = open().enrolment;
    await before.addRecorded({ samples: new Float32Array(9), sampleRateHz: RATE_HZ } as never, 'Read aloud');
    const { enrolment } = open();
    await enrolment.resume(await storedRow());
    const [recording] = enrolment.row.recordings;
    expect(recording!.name).toBe('Read aloud');
    const second = enrolment.samplesOf(recording!, recording!.pieces[1]!);
    expect(second).toEqual(cleaned().samples.slice(RATE_HZ));
  });

  it('can be removed; the speakers of the others are reassigned', async () => {
    const { enrolment } = open();
    await enrolment.addFiles([tape('a.wav')]);
    fakeClient.clean.mockImplementation(async () => cleaned({ pieces: [piece(0, 1, 1)] }));
    await enrolment.addFiles([tape('b.wav')]);
    expect(enrolment.pieces.at(-1)!.reason).toBe('other-speaker');
    const [first] = enrolment.row.recordings;
    await enrolment.remove(first!);
    expect(enrolment.pieces.map(({ reason }) => reason)).toEqual([null]);
    expect(enrolment.samplesOf(first!, first!.pieces[0]!)).toHaveLength(0);
    expect((await storedRow()).recordings.map(({ name }) => name)).toEqual(['b.wav']);
  });

  it('get their speakers reassigned when the user keeps or drops a piece', async () => {
    const { enrolment } = open();
    fakeClient.clean.mockImplementation(async () => cleaned({}, 1));
    await enrolment.addFiles([tape('a.wav')]);
    const [mine, other] = enrolment.pieces;
    await enrolment.choose(mine!, 'drop');
    expect(other!.reason).toBeNull();
    expect((await storedRow()).recordings[0]!.pieces.map(({ choice }) => choice)).toEqual([
      'drop',
      'unheard',
    ]);
  });
});

describe('permission', () => {
  it('is sealed with the hash of every recording, each once', async () => {
    const { enrolment } = open();
    await enrolment.addFiles([tape('a.wav'), tape('b.wav'), tape('a.wav')]);
    await enrolment.consent(record());
    const hashes = [...new Set(enrolment.row.recordings.map(({ sha256 }) => sha256))];
    expect(hashes).toHaveLength(2);
    expect(enrolment.row).toMatchObject({
      step: 'train',
      consent: { record: { sources: hashes, parents: [] } },
    });
    expect((await storedRow()).consent).toEqual(enrolment.row.consent);
  });

  it('that is incomplete is refused, and the step does not change', async () => {
    const { enrolment, notices } = open();
    await enrolment.consent(record({ revocationContact: '' }));
    expect(enrolment.row).toMatchObject({ step: 'collect', consent: null });
    expect(notices.list).toMatchObject([{ kind: 'error' }]);
  });

  it('is compared with the voice of the kept pieces', async () => {
    const { enrolment } = open();
    expect(enrolment.likeness).toBeNull();
    await enrolment.addFiles([tape('a.wav')]);
    const { embedding } = piece(0, 1, 1);
    fakeClient.analyseSentence.mockResolvedValue({ sha256: '', sentence: 'amber', chance: 0, embedding });
    await enrolment.checkReading({ samples: new Float32Array(9), sampleRateHz: RATE_HZ } as never, 'amber');
    expect(enrolment.likeness).toBeCloseTo(0);
    fakeClient.analyseSentence.mockResolvedValue({
      sha256: '',
      sentence: 'amber',
      chance: 0,
      embedding: piece(0, 1).embedding,
    });
    await enrolment.checkReading({ samples: new Float32Array(9), sampleRateHz: RATE_HZ } as never, 'amber');
    expect(enrolment.likeness).toBeCloseTo(1);
  });
});

describe('a voice', () => {
  beforeEach(async () => {
    fakeClient.train.mockResolvedValue(draft);
    vi.mocked(finishVoice).mockResolvedValue(await finished(await voiceFile('own-a', 'Ada', consent)));
  });

  /** A page with permission and a recording whose second piece is dropped. */
  async function openPermitted() {
    const opened = open();
    await opened.enrolment.addFiles([tape('a.wav')]);
    await opened.enrolment.choose(opened.enrolment.pieces[1]!, 'drop');
    await opened.enrolment.change({ consent, step: 'train' });
    return opened;
  }

  it('is trained on the kept pieces, under the name of its person', async () => {
    const { enrolment, notices } = await openPermitted();
    await enrolment.train();
    expect(fakeClient.train.mock.calls[0]![0]).toEqual({
      about: expect.objectContaining({ name: 'Ada Example', language: 'en' }) as unknown,
      consent,
      recordings: [{ samples: cleaned().samples, pieces: [{ startSeconds: 0, endSeconds: 1 }] }],
    });
    expect(vi.mocked(finishVoice).mock.calls[0]![1]).toBe(draft);
    expect(enrolment.made?.voice.about.id).toBe('own-a');
    expect(notices.announcement).toMatch(/The voice is made/);
  });

  it('is not trained without permission', async () => {
    const { enrolment } = open();
    await enrolment.train();
    expect(fakeClient.train).not.toHaveBeenCalled();
  });

  it('shows its progress, and ignores progress that arrives after the result', async () => {
    const { enrolment } = await openPermitted();
    let report!: (progress: Progress) => void;
    fakeClient.train.mockImplementation(async (_input, { onProgress }) => {
      report = onProgress;
      report({ fraction: 0.4, secondsLeft: 30 });
      expect(enrolment.job).toMatchObject({
        label: 'Making the voice',
        progress: { fraction: 0.4, secondsLeft: 30 },
      });
      return draft;
    });
    await enrolment.train();
    report({ fraction: 1, secondsLeft: 0 });
    expect(enrolment.job).toMatchObject({ isBusy: false, progress: null });
  });

  it.each(['a cancel', 'the end of the page'])('is not made after %s, which is no error', async (how) => {
    const { enrolment, notices, scope } = await openPermitted();
    fakeClient.train.mockImplementation((_input, { signal }) => untilCancelled(signal));
    const training = enrolment.train();
    if (how === 'a cancel') enrolment.job.cancel();
    else scope.dispose();
    await training;
    expect(enrolment.made).toBeNull();
    expect(notices.list).toEqual([]);
    expect(enrolment.job.isBusy).toBe(false);
  });

  it('plays one of the app’s sentences', async () => {
    const { enrolment } = await openPermitted();
    await enrolment.audition(1);
    expect(audition).not.toHaveBeenCalled();
    await enrolment.train();
    const spoken = { samples: Float32Array.of(1), sampleRateHz: 24000 };
    vi.mocked(audition).mockResolvedValue(spoken as never);
    await enrolment.audition(1);
    expect(vi.mocked(audition).mock.calls[0]!.slice(1, 3)).toEqual(['own-a', AUDITIONS[1]!.address]);
    expect(player.setTracks).toHaveBeenCalledWith(spoken, undefined);
    expect(enrolment.playing).toBe('audition 1');
  });

  it('that was not kept is there when its enrolment is continued in another visit', async () => {
    const { enrolment } = await openPermitted();
    await enrolment.train();
    const { enrolment: later, converter } = open();
    await later.resume(await storedRow());
    expect(later.made!.voice.about.id).toBe('own-a');
    expect(converter.openVoiceFile).toHaveBeenCalledTimes(1);
    await later.consent(record());
    expect(later.made).toBeNull();
    await later.resume(await storedRow());
    expect(later.made).toBeNull();
  });

  it('is saved and selected, and its enrolment is deleted', async () => {
    const { enrolment, preferences, onDone } = await openPermitted();
    await enrolment.train();
    await enrolment.keep();
    expect((await listVoices()).voices.map(({ name }) => name)).toEqual(['Ada']);
    expect(preferences.voiceId).toBe('own-a');
    expect(await listEnrolments()).toEqual([]);
    expect([enrolment.made, enrolment.row.recordings, enrolment.row.step]).toEqual([null, [], 'collect']);
    expect(onDone).toHaveBeenCalledTimes(1);
  });
});

describe('an unfinished voice that another tab works on too', () => {
  /** Two tabs that show the same unfinished voice, of one recording. */
  async function openTwice() {
    const [mine, other] = [open(), open()];
    await mine.enrolment.addFiles([tape('first.wav')]);
    await other.enrolment.resume(mine.enrolment.row);
    return [mine, other] as const;
  }

  const unseen = { name: 'unseen', sha256: 'c'.repeat(64), sampleRateHz: RATE_HZ, ...cleaned() };

  const namesIn = ({ enrolment }: ReturnType<typeof open>) =>
    enrolment.row.recordings.map(({ name }) => name);

  it('has the recordings of both, in both', async () => {
    const [mine, other] = await openTwice();
    await Promise.all([
      mine.enrolment.addFiles([tape('mine.wav')]),
      other.enrolment.addFiles([tape('other.wav')]),
    ]);
    const all = (await storedRow()).recordings.map(({ name }) => name);
    expect([...all].sort()).toEqual(['first.wav', 'mine.wav', 'other.wav']);
    for (const tab of [mine, other]) await vi.waitFor(() => expect(namesIn(tab)).toEqual(all));
    const last = mine.enrolment.row.recordings.find(({ name }) => name === 'other.wav')!;
    expect(mine.enrolment.samplesOf(last, last.pieces[0]!)).toHaveLength(RATE_HZ);
  });

  it('loses the one recording that is removed', async () => {
    const [mine, other] = await openTwice();
    await other.enrolment.addFiles([tape('other.wav')]);
    await mine.enrolment.remove(mine.enrolment.row.recordings.find(({ name }) => name === 'first.wav')!);
    for (const tab of [mine, other]) await vi.waitFor(() => expect(namesIn(tab)).toEqual(['other.wav']));
    expect((await storedRow()).recordings).toHaveLength(1);
  });

  it('keeps the choices of both', async () => {
    const [mine, other] = await openTwice();
    const choices = [
      mine.enrolment.choose(mine.enrolment.pieces[0]!, 'keep'),
      other.enrolment.choose(other.enrolment.pieces[1]!, 'drop'),
      mine.enrolment.change({ step: 'listen' }),
      other.enrolment.change({ about: { name: 'Ada' } }),
    ];
    await Promise.all(choices);
    const row = await storedRow();
    expect(row.recordings[0]!.pieces.map(({ choice }) => choice)).toEqual(['keep', 'drop']);
    expect(row).toMatchObject({ step: 'listen', about: { name: 'Ada' } });
    await vi.waitFor(() => expect(mine.enrolment.pieces[1]!.choice).toBe('drop'));
    expect(other.enrolment.row.step).toBe('collect');
  });

  it('needs a new record for a recording that is added after the permission', async () => {
    const [mine, other] = await openTwice();
    await mine.enrolment.consent(record());
    expect(mine.enrolment.row.step).toBe('train');
    await other.enrolment.addFiles([tape('other.wav')]);
    expect(await storedRow()).toMatchObject({ consent: null, step: 'consent' });
    // The tab with the record makes the voice of the recordings that it names.
    expect(mine.enrolment.row.step).toBe('train');
    expect(namesIn(mine)).toEqual(['first.wav']);
    await mine.enrolment.change({ step: 'listen' });
    expect(mine.enrolment.row.consent).toBeNull();
    expect(namesIn(mine)).toEqual(['first.wav', 'other.wav']);
  });

  it('asks again for a permission that was given without a recording of the other tab', async () => {
    const [mine, other] = await openTwice();
    const consenting = mine.enrolment.consent(record());
    await Promise.all([addRecording(other.enrolment.row.id, unseen), consenting]);
    expect(mine.enrolment.row.consent!.record.sources).not.toContain(unseen.sha256);
    const later = open();
    await later.enrolment.resume(await storedRow());
    expect(later.enrolment.row).toMatchObject({ consent: null, step: 'consent' });
    await later.enrolment.consent(record());
    expect(later.enrolment.row.consent!.record.sources).toContain(unseen.sha256);
  });

  it('asks for a new record once a recording of an earlier visit is added', async () => {
    const [mine] = await openTwice();
    await mine.enrolment.consent(record());
    await mine.enrolment.addFiles([tape('later.wav')]);
    expect(mine.enrolment.row).toMatchObject({ consent: null, step: 'consent' });
    expect(namesIn(mine)).toEqual(['first.wav', 'later.wav']);
  });

  it('stays deleted, and says so; what is added then begins a new voice', async () => {
    const [mine, other] = await openTwice();
    const { id } = mine.enrolment.row;
    await deleteEnrolment(id);
    const gone = expect.stringMatching(/no longer on this device: it was finished or deleted/) as string;
    for (const tab of [mine, other])
      await vi.waitFor(() => expect(tab.notices.list).toMatchObject([{ kind: 'error', text: gone }]));
    expect(mine.onDone).toHaveBeenCalled();
    await mine.enrolment.addFiles([tape('later.wav')]);
    const row = await storedRow();
    expect(row.id).not.toBe(id);
    expect(row.recordings.map(({ name }) => name)).toEqual(['later.wav']);
  });

  it('that is deleted while a recording is cleaned stays deleted; the recording begins a new voice', async () => {
    const [mine] = await openTwice();
    const { id } = mine.enrolment.row;
    fakeClient.clean.mockImplementation(async () => {
      await deleteEnrolment(id);
      return cleaned();
    });
    await mine.enrolment.addFiles([tape('mine.wav')]);
    const [row, ...others] = await listEnrolments();
    expect(others).toEqual([]);
    expect(row!.id).not.toBe(id);
    expect(namesIn(mine)).toEqual(['mine.wav']);
    expect(mine.notices.list).toMatchObject([
      { text: expect.stringMatching(/“mine\.wav” is the first recording of a new voice/) as string },
    ]);
  });

  it('is not opened from a list that is out of date', async () => {
    const [mine, other] = await openTwice();
    const { row } = other.enrolment;
    await mine.enrolment.addFiles([tape('mine.wav')]);
    const later = open();
    await later.enrolment.resume(row);
    expect(namesIn(later)).toEqual(['first.wav', 'mine.wav']);
    await deleteEnrolment(row.id);
    await later.enrolment.resume(row);
    expect(later.notices.list).toMatchObject([{ text: expect.stringMatching(/no longer/) as string }]);
    expect(later.onDone).toHaveBeenCalled();
  });

  it('leaves recordings that were added after the voice was made', async () => {
    vi.mocked(finishVoice).mockResolvedValue(await finished(await voiceFile('own-a', 'Ada', consent)));
    fakeClient.train.mockResolvedValue(draft);
    const [mine, other] = await openTwice();
    await mine.enrolment.change({ consent, step: 'train' });
    fakeClient.train.mockImplementation(async () => {
      await other.enrolment.addFiles([tape('other.wav')]);
      return draft;
    });
    await mine.enrolment.train();
    await mine.enrolment.keep();
    expect((await storedRow()).recordings.map(({ name }) => name)).toEqual(['other.wav']);
    expect(mine.notices.list.map(({ text }) => text)).toEqual([
      expect.stringMatching(/added recordings to this voice after it was made/),
    ]);
  });
});

describe('playing a piece', () => {
  it('starts, and stops when it is requested again', async () => {
    const { enrolment } = open();
    await enrolment.addFiles([tape('a.wav')]);
    const [recording] = enrolment.row.recordings;
    await enrolment.playPiece('a', recording!, recording!.pieces[0]!);
    expect(enrolment.playing).toBe('a');
    await enrolment.playPiece('a', recording!, recording!.pieces[0]!);
    expect(enrolment.playing).toBeNull();
    expect(player.play).toHaveBeenCalledTimes(1);
    expect(player.pause).toHaveBeenCalledTimes(1);
  });
});
