import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listVoices } from '../../../src/store/voices';
import { VoiceLibrary } from '../../../src/voices/voice-library.svelte';
import { voiceFile } from '../archive/device';
import { openBrowser, pageContext } from '../page';
import { sealed } from '../provenance/records';

vi.mock('../../../src/audio/ab-player', () => ({
  AbPlayer: function () {
    return { setTracks: vi.fn(), play: vi.fn(), pause: vi.fn(), close: vi.fn() };
  },
}));
vi.mock('../../../src/audio/decode');

beforeEach(openBrowser);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const named = async (id: string, name: string) =>
  new File([await voiceFile(id, name, sealed())], `${name}.understudy`);

it('shows several voice files one after the other, and lists those that cannot be opened at the end', async () => {
  const { context, scope, notices } = pageContext();
  const library = new VoiceLibrary(context, scope);
  const bad = new File(['no zip'], 'bad.understudy');
  await library.open(
    bad,
    await named('own-a', 'Ada'),
    await named('own-b', 'Bea'),
    await named('own-c', 'Cleo'),
  );
  expect(library.pending!.voice.about.name).toBe('Ada');
  await library.accept();
  expect(library.pending!.voice.about.name).toBe('Bea');
  await library.decline();
  expect(library.pending!.voice.about.name).toBe('Cleo');
  await library.accept();
  expect(library.pending).toBeNull();
  expect((await listVoices()).voices.map(({ name }) => name).sort()).toEqual(['Ada', 'Cleo']);
  expect(notices.list).toMatchObject([
    {
      text: expect.stringMatching(/could not be opened/) as string,
      items: [expect.stringMatching(/^bad\.understudy: /)],
    },
  ]);
});

it('shows why a single file cannot be opened', async () => {
  const { context, scope, notices } = pageContext();
  await new VoiceLibrary(context, scope).open(new File(['no zip'], 'bad.understudy'));
  expect(notices.list).toMatchObject([{ kind: 'error' }]);
});
