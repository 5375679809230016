import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Kept } from '../../../src/help/about/kept.svelte';
import { heldInWords } from '../../../src/help/about/words';
import { KINDS } from '../../../src/store/kept/kept';
import { listTakes, saveTake } from '../../../src/store/takes';
import { openBrowser, pageContext } from '../page';

const source = { samples: new Float32Array(8000).fill(0.1), sampleRateHz: 8000 };

let page: ReturnType<typeof pageContext>;
let kept: Kept;

beforeEach(async () => {
  await openBrowser();
  localStorage.removeItem = vi.fn();
  vi.stubGlobal('fetch', () => Promise.reject(new Error('offline')));
  page = pageContext();
  Object.assign(page.ear, { refresh: vi.fn(), stage: 'ready' });
  kept = new Kept(page.context);
});

afterEach(() => {
  page.scope.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('what the device keeps', () => {
  it('is measured; what cannot be read does not hide the rest', async () => {
    await saveTake({ name: 'First', source });
    await kept.refresh();
    expect(kept.held).toMatchObject({ takes: { count: 1, bytes: 32_000 }, networks: null });
    expect(heldInWords('takes', kept.held.takes)).toMatch(/^1 take, 32 kB$/);
    expect(heldInWords('networks', kept.held.networks)).toBe('The size cannot be read');
    expect(heldInWords('voices', kept.held.voices)).toBe('Nothing');
  });

  it('is not deleted while something in progress needs it, which is named', async () => {
    await saveTake({ name: 'First', source });
    let tasks = [{ page: 'studio' as const, label: 'Converting to Kathleen', isLossy: true }];
    page.work.add(page.scope, () => tasks);
    expect(kept.users('takes')).toEqual(['Converting to Kathleen']);
    expect(kept.users('settings')).toEqual([]);
    await kept.remove('takes');
    expect(await listTakes()).toHaveLength(1);
    tasks = [];
    await kept.remove('takes');
    expect(await listTakes()).toEqual([]);
    expect(page.notices.announcement).toBe('Deleted from this device.');
    expect(kept.held.takes).toEqual({ count: 0, bytes: 0 });
  });

  it('counts a download of better listening as a use of the networks alone', () => {
    Object.assign(page.ear, { stage: 'downloading' });
    expect(kept.users('networks')).toEqual(['Downloading better listening']);
    expect(kept.users('takes')).toEqual([]);
  });

  it('says what went wrong, what is safe and what to do', async () => {
    await saveTake({ name: 'First', source });
    vi.spyOn(KINDS.takes, 'remove').mockRejectedValue(new DOMException('the disk is broken', 'UnknownError'));
    await kept.remove('takes');
    const [notice] = page.notices.list;
    expect(notice).toMatchObject({ kind: 'error' });
    expect(notice!.text).toMatch(/^Not all of it was deleted\. What is still listed .*the disk is broken\)$/);
    expect(kept.held.takes).toMatchObject({ count: 1 });
    expect(kept.deleting).toBeNull();
  });

  it('gives the settings back to what they were at first', async () => {
    page.preferences.voiceId = 'joe';
    const reading = vi.spyOn(localStorage, 'getItem');
    localStorage.removeItem = () => void reading.mockReturnValue(null);
    await kept.remove('settings');
    reading.mockRestore();
    expect(page.preferences.voiceId).toBe('kathleen');
  });
});

describe('the browser, asked to keep everything', () => {
  it.each([
    [true, 'granted'],
    [false, 'declined'],
  ])('answers %s', async (persisted, answer) => {
    const storage = { persist: vi.fn(async () => persisted), persisted: async () => persisted };
    vi.stubGlobal('navigator', { languages: ['en'], storage });
    await kept.keepAll();
    expect(storage.persist).toHaveBeenCalledOnce();
    expect(kept.answer).toBe(answer);
  });
});
