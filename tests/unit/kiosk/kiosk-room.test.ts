import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../src/engine/errors';
import { DEFAULT_EXHIBIT } from '../../../src/files/exhibit';
import { KioskRoom } from '../../../src/kiosk/staff/kiosk-room.svelte';
import { Scope } from '../../../src/services/scope';
import { closeDatabase } from '../../../src/store/db';
import { readCounters } from '../../../src/store/device/counters';
import { MAX_PROBLEMS, noteProblem, readProblems } from '../../../src/store/device/problems';
import { setVolume, useExhibit, writeDraft } from '../../../src/store/device/exhibit';

const titled = (en: string) => ({ ...DEFAULT_EXHIBIT, title: { en } });
let scope: Scope;

beforeEach(() => {
  scope = new Scope();
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
});

afterEach(async () => {
  scope.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await closeDatabase();
  await deleteDB('understudy');
});

async function openRoom(isPreview = false): Promise<KioskRoom> {
  const room = new KioskRoom(scope, isPreview);
  await vi.waitFor(() => expect(room.exhibit).toBeDefined());
  return room;
}

describe('a room with the kiosk', () => {
  it('shows the exhibit in use with the volume of this device', async () => {
    await useExhibit(titled('In use'));
    await setVolume(0.2);
    expect((await openRoom()).exhibit).toMatchObject({ title: { en: 'In use' }, volume: 0.2 });
  });

  it('shows another exhibit only when the visit has ended', async () => {
    const room = await openRoom();
    room.onEvent({ kind: 'visit' });
    await useExhibit(titled('New'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(room.exhibit!.title).toEqual(DEFAULT_EXHIBIT.title);
    room.onEvent({ kind: 'ending', ending: 'finished', last: 'goodbye' });
    await vi.waitFor(() => expect(room.exhibit!.title.en).toBe('New'));
  });

  it('counts visits, conversions, visits left before the end, and errors by kind', async () => {
    const room = await openRoom();
    for (let i = 0; i < 3; i++) room.onEvent({ kind: 'visit' });
    room.onEvent({ kind: 'conversion', voiceId: 'joe' });
    room.onEvent({ kind: 'ending', ending: 'finished', last: 'goodbye' });
    room.onEvent({ kind: 'ending', ending: 'idle', last: 'goodbye' });
    room.onEvent({ kind: 'ending', ending: 'idle', last: 'speak' });
    room.onEvent({ kind: 'error', problem: 'conversion', error: new EngineError('gpu-lost', 'Gone.') });
    room.onEvent({ kind: 'error', problem: 'too-short', error: undefined });
    await vi.waitFor(async () =>
      expect(await readCounters()).toMatchObject({
        visits: 3,
        conversions: 1,
        aborts: 1,
        errors: { 'gpu-lost': 1, 'too-short': 1 },
      }),
    );
  });

  it('lists what did not work, and its heartbeat says when it is out of order', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const fetch = vi.fn(async (url: string) => new Response('', { status: url === '/alive' ? 200 : 404 }));
    vi.stubGlobal('fetch', fetch);
    const lines = vi.spyOn(console, 'info').mockReturnValue(undefined);
    await useExhibit({ ...titled('Watched'), heartbeat: '/alive' });
    const room = await openRoom();
    const beats = () => fetch.mock.calls.filter(([url]) => url === '/alive').length;
    room.onEvent({ kind: 'fault', fault: 'microphone', error: { name: 'no-microphone' } });
    room.onEvent({ kind: 'standing', standing: 'out-of-order' });
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(lines.mock.calls[0]?.[0]).toMatch(/ screen=out-of-order /));
    expect(beats()).toBe(0);
    room.onEvent({ kind: 'standing', standing: 'working' });
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(() => expect(beats()).toBe(1));
    expect(lines.mock.calls[1]?.[0]).toMatch(/ screen=idle /);
    expect(await readProblems()).toMatchObject([
      { code: 'out-of-order', detail: '' },
      { code: 'microphone', detail: 'no-microphone' },
    ]);
  });

  it('is a preview of the draft, in which nothing is counted', async () => {
    await writeDraft(titled('Draft'));
    const room = await openRoom(true);
    expect(room.exhibit!.title.en).toBe('Draft');
    room.onEvent({ kind: 'visit' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await readCounters()).visits).toBe(0);
  });
});

describe('the list of problems', () => {
  it('keeps the newest, and no text of an error', async () => {
    for (let i = 0; i < MAX_PROBLEMS + 5; i++)
      await noteProblem('worker', { name: `error-${'a'.repeat(i % 9)}` });
    await noteProblem('sound', new Error('somebody said this'));
    const problems = await readProblems();
    expect(problems).toHaveLength(MAX_PROBLEMS);
    expect(problems[0]).toMatchObject({ code: 'sound', detail: 'Error' });
    expect(JSON.stringify(problems)).not.toContain('somebody');
  });
});
