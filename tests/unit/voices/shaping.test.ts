import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finishVoice } from '../../../src/services/voice-maker';
import { listVoices } from '../../../src/store/voices';
import { Shaping } from '../../../src/voices/shaping.svelte';
import { voiceFile } from '../archive/device';
import { fakeConverter, openBrowser, pageContext, voice } from '../page';
import { blend, sealed } from '../provenance/records';
import { draft, fakeClient, finished } from './fake-client';

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
  finishVoice: vi.fn<typeof finishVoice>(),
}));

const VOICES = [
  voice(),
  voice({ id: 'joe', name: 'Joe' }),
  voice({ id: 'anna', name: 'Anna', language: 'de' }),
  voice({ id: 'own-blend', name: 'A blend', language: '' }),
];

beforeEach(async () => {
  await openBrowser();
  fakeClient.blend.mockResolvedValue(draft);
  vi.mocked(finishVoice).mockResolvedValue(
    await finished(await voiceFile('own-a', 'Mix', blend([sealed()]))),
  );
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function open() {
  const page = pageContext(fakeConverter(VOICES));
  const onDone = vi.fn();
  const shaping = new Shaping(page.context, page.scope, onDone);
  Object.assign(shaping, { name: ' Mix ', maker: ' Ada ' });
  return { ...page, shaping, onDone };
}

describe('a blend', () => {
  it('is made of the voices with a weight, and saved', async () => {
    const { shaping, notices, onDone } = open();
    shaping.weights = { kathleen: 30, joe: 70, anna: 0 };
    shaping.pitchSt = 2;
    const making = shaping.make();
    expect(shaping.job.isBusy).toBe(true);
    await making;
    expect(fakeClient.blend.mock.calls[0]![0]).toMatchObject({
      about: { name: 'Mix' },
      maker: 'Ada',
      parts: [
        { voiceId: 'kathleen', weight: 30 },
        { voiceId: 'joe', weight: 70 },
      ],
      controls: { pitchSt: 2, size: 0, breath: 0 },
    });
    expect((await listVoices()).voices.map(({ name }) => name)).toEqual(['Mix']);
    expect(notices.announcement).toMatch(/Mix.*is made and saved/);
    expect([shaping.weights, shaping.name, shaping.job.isBusy]).toEqual([{}, '', false]);
    expect(onDone).toHaveBeenCalledTimes(1);
  });

  it.each([
    [['kathleen', 'joe'], 'en'],
    [['anna'], 'de'],
    [['kathleen', 'anna'], ''],
    [['kathleen', 'own-blend'], ''],
  ])('of %j has the language %j', async (ids, language) => {
    const { shaping } = open();
    shaping.weights = Object.fromEntries(ids.map((id) => [id, 50]));
    await shaping.make();
    expect(fakeClient.blend.mock.calls[0]![0].about.language).toBe(language);
  });

  it('that cannot be made keeps its settings, and shows why', async () => {
    const { shaping, notices, onDone } = open();
    fakeClient.blend.mockRejectedValue(new DOMException('Joe may not be blended.', 'consent-missing'));
    shaping.weights = { joe: 50 };
    await shaping.make();
    expect(notices.list).toMatchObject([{ kind: 'error', text: 'Joe may not be blended.' }]);
    expect([shaping.weights, shaping.name]).toEqual([{ joe: 50 }, ' Mix ']);
    expect(onDone).not.toHaveBeenCalled();
    expect((await listVoices()).voices).toEqual([]);
  });

  it('ends with its page', async () => {
    const { shaping, scope, notices } = open();
    vi.mocked(finishVoice).mockImplementation(
      (_converter, _file, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    shaping.weights = { joe: 50 };
    const making = shaping.make();
    await vi.waitFor(() => expect(finishVoice).toHaveBeenCalled());
    scope.dispose();
    await making;
    expect(notices.list).toEqual([]);
    expect((await listVoices()).voices).toEqual([]);
  });
});
