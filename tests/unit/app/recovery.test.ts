import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recoverDrafts } from '../../../src/app/recovery';
import { Notices } from '../../../src/services/notices.svelte';
import { abandonedDrafts, Draft } from '../../../src/store/drafts';
import { listTakes } from '../../../src/store/takes';
import { openBrowser } from '../page';
import { fakeLocks } from '../store/fake-locks';

const RATE_HZ = 8000;

beforeEach(async () => {
  await openBrowser();
  vi.stubGlobal('navigator', { languages: ['en'], locks: fakeLocks() });
  vi.stubGlobal('location', { hash: '#/live' });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A draft of so many seconds; `isKilled`: whether its tab is gone. */
async function leaveDraft(name: string, seconds: number, isKilled: boolean, enrolmentId?: string) {
  const draft = new Draft({ name, sampleRateHz: RATE_HZ, ...(enrolmentId && { enrolmentId }) }, vi.fn());
  draft.append(new Float32Array(seconds * RATE_HZ).fill(0.1));
  await draft.end();
  if (isKilled) await draft.release();
}

describe('what was being recorded when a tab was killed', () => {
  it('becomes a take at the next start, with a word on how much was found and a link to it', async () => {
    await leaveDraft('Recording, today', 12, true);
    await leaveDraft('Of another tab', 3, false);
    const notices = new Notices();
    const openVoices = vi.fn();
    await recoverDrafts(notices, openVoices);
    const [take, ...others] = await listTakes();
    expect(others).toEqual([]);
    expect(take).toMatchObject({ name: 'Recording, today', source: { seconds: 12, sampleRateHz: RATE_HZ } });
    expect(notices.list).toMatchObject([
      {
        kind: 'warning',
        text: expect.stringMatching(/“Recording, today”.*12 seconds of it were found/) as string,
      },
    ]);
    // What the user starts next must not wipe it.
    notices.clear();
    notices.list[0]!.action!.run();
    expect(location.hash).toBe(`#/studio/${take!.id}`);
    await recoverDrafts(notices, openVoices);
    expect(await listTakes()).toHaveLength(1);
    expect(openVoices).not.toHaveBeenCalled();
  });

  it('for a voice is named, and kept until the voices page adds it', async () => {
    await leaveDraft('The old harbour', 8, true, 'an enrolment');
    const notices = new Notices();
    const openVoices = vi.fn();
    await recoverDrafts(notices, openVoices);
    expect(notices.list).toMatchObject([
      { text: expect.stringMatching(/8 seconds of it were found/) as string },
    ]);
    notices.list[0]!.action!.run();
    expect(openVoices).toHaveBeenCalled();
    expect(await listTakes()).toEqual([]);
    expect(await abandonedDrafts('enrolments')).toHaveLength(1);
  });
});
