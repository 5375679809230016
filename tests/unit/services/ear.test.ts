import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../../src/engine/types';
import { Ear } from '../../../src/services/ear.svelte';
import { Preferences } from '../../../src/services/preferences.svelte';
import { Scope } from '../../../src/services/scope';
import { earState, forgetEar, prefetchEar } from '../../../src/store/ear';
import type { LoadOptions } from '../../../src/store/models';
import { openBrowser } from '../page';

vi.mock('../../../src/store/ear');

const TOTAL = 20;
let here = 0;

beforeEach(async () => {
  await openBrowser();
  here = 0;
  vi.mocked(earState).mockImplementation(async () => ({
    bytesTotal: TOTAL,
    bytesHere: here,
    isComplete: here === TOTAL,
  }));
  vi.mocked(prefetchEar).mockImplementation(async () => void (here = TOTAL));
  vi.mocked(forgetEar).mockImplementation(async () => void (here = 0));
});

function open() {
  const [scope, preferences] = [new Scope(), new Preferences()];
  return { scope, preferences, ear: new Ear(scope, 'http://localhost/models', preferences) };
}

/** A download that ends when it is stopped, after 7 bytes. */
function slowDownload(): void {
  vi.mocked(prefetchEar).mockImplementation(
    ({ signal, onProgress }: LoadOptions) =>
      new Promise((_, reject) => {
        onProgress!({ allBytesDone: (here = 7), allBytesTotal: TOTAL } as LoadProgress);
        signal!.addEventListener('abort', () =>
          reject(Object.assign(new Error('stopped'), { name: 'cancelled' })),
        );
      }),
  );
}

describe('the ear', () => {
  it('is downloaded when offered, once', async () => {
    const { ear } = open();
    await ear.refresh();
    expect(ear).toMatchObject({ stage: 'absent', bytesHere: 0, bytesTotal: TOTAL, choice: 'auto' });
    await ear.offer();
    expect(ear).toMatchObject({ stage: 'ready', bytesHere: TOTAL, failure: null });
    await ear.offer();
    expect(prefetchEar).toHaveBeenCalledOnce();
  });

  it.each([{ saveData: true }, { type: 'cellular' }])(
    'waits to be asked for where %o',
    async (connection) => {
      vi.stubGlobal('navigator', { languages: ['en'], connection });
      const { ear } = open();
      await ear.refresh();
      await ear.offer();
      expect(prefetchEar).not.toHaveBeenCalled();
      await ear.download();
      expect(ear.stage).toBe('ready');
    },
  );

  it('is neither downloaded nor used when switched off', async () => {
    const { ear, preferences } = open();
    preferences.ear = 'off';
    await ear.offer();
    expect(prefetchEar).not.toHaveBeenCalled();
    expect(ear.choice).toBe('small');
  });

  it('keeps what arrived when it is stopped, and is not offered again', async () => {
    slowDownload();
    const { ear } = open();
    const offered = ear.offer();
    await vi.waitFor(() => expect(ear).toMatchObject({ stage: 'downloading', bytesHere: 7 }));
    ear.stop();
    await offered;
    expect(ear).toMatchObject({ stage: 'absent', bytesHere: 7, failure: null });
    await ear.offer();
    expect(prefetchEar).toHaveBeenCalledOnce();
  });

  it('ends its download with the page', async () => {
    slowDownload();
    const { ear, scope } = open();
    const offered = ear.offer();
    await vi.waitFor(() => expect(ear.stage).toBe('downloading'));
    scope.dispose();
    await offered;
    expect(ear.stage).toBe('absent');
  });

  it('shows why it could not be downloaded, and can be asked for again', async () => {
    vi.mocked(prefetchEar).mockRejectedValueOnce(
      Object.assign(new Error('The line broke.'), { name: 'download-failed' }),
    );
    const { ear } = open();
    await ear.offer();
    expect(ear).toMatchObject({ stage: 'absent', failure: 'The line broke.' });
    await ear.download();
    expect(ear).toMatchObject({ stage: 'ready', failure: null });
  });

  it('can be deleted, and then is not offered again', async () => {
    here = TOTAL;
    const { ear } = open();
    await ear.refresh();
    await ear.remove();
    expect(ear).toMatchObject({ stage: 'absent', bytesHere: 0 });
    await ear.offer();
    expect(prefetchEar).not.toHaveBeenCalled();
  });

  it('is not there in a copy of the app without it', async () => {
    vi.mocked(earState).mockResolvedValue(undefined);
    const { ear } = open();
    await ear.offer();
    expect(ear.stage).toBe('unpublished');
    expect(prefetchEar).not.toHaveBeenCalled();
  });
});
