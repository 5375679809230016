import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadTake, saveTake } from '../../../src/store/takes';
import { deleteVoice, ownVoiceHere, revoke } from '../../../src/store/voices';
import { Archiving } from '../../../src/voices/archiving.svelte';
import { detectWatermark } from '../../../src/watermark';
import { keepVoice, output, relisted, source, write } from '../archive/device';
import { fakeConverter, openBrowser, pageContext } from '../page';
import { sealed } from '../provenance/records';

// Without a worker.
vi.mock('../../../src/services/detection-client', () => ({
  detect: (
    _scope: unknown,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: () => void,
    signal: AbortSignal,
  ) => detectWatermark(samples, sampleRateHz, { onProgress, signal }),
}));

const other = sealed({ revocationContact: 'elsewhere@example.test' });

beforeEach(async () => {
  await openBrowser();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function open() {
  const page = pageContext(fakeConverter());
  return { ...page, archiving: new Archiving(page.context, page.scope, () => undefined) };
}

it('an edited archive is imported, and its conversion named as one that can only be heard', async () => {
  const { id } = await saveTake({ name: 'T', source, output: output() });
  const { file } = await write();
  const edited = await relisted(file, ({ takes }) => (takes[0]!.output!.consent = other));
  await openBrowser();
  const { archiving, notices } = open();
  await archiving.open(new File([edited], 'all.understudy-all'));
  await archiving.accept(false);
  expect(notices.list).toMatchObject([
    { kind: 'warning', items: [expect.stringMatching(/^T, as Ada: The mark in its sound is not/)] },
  ]);
  expect((await loadTake(id)).isIntact).toBe(false);
});

it('an archive that revokes the data of a voice here names that voice before it is imported', async () => {
  await keepVoice('own-b', 'Bea', other);
  const [hash] = (await ownVoiceHere('own-b'))!.data;
  await deleteVoice('own-b');
  await revoke(hash!, 'asked for');
  const { file } = await write();
  await openBrowser();
  await keepVoice('own-c', 'Cleo', sealed());
  const { archiving } = open();
  await archiving.open(new File([file], 'all.understudy-all'));
  expect(archiving.pending!.silenced).toEqual(['Cleo']);
});
