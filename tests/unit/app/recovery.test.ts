import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recoverDrafts } from '../../../src/app/recovery';
import { Notices } from '../../../src/services/notices.svelte';
import { database } from '../../../src/store/db';
import { abandonedDrafts, Draft } from '../../../src/store/drafts';
import { listTakes, loadTake } from '../../../src/store/takes';
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

const tone = (seconds: number) => Float32Array.from({ length: seconds * RATE_HZ }, (_, i) => Math.sin(i) / 4);

/** A draft of so many seconds; `isKilled`: whether its tab is gone. */
async function leaveDraft(
  name: string,
  seconds: number,
  isKilled: boolean,
  enrolmentId?: string,
  samples = tone(seconds),
) {
  const draft = new Draft({ name, sampleRateHz: RATE_HZ, ...(enrolmentId && { enrolmentId }) }, vi.fn());
  draft.append(samples);
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
        text: expect.stringMatching(/“Recording, today”.*saved as a take: 12 seconds\./) as string,
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

  it('is checked and repaired as a recording that was stopped, and says so', async () => {
    const clipped = tone(4).map((sample) => Math.max(-1, Math.min(1, 8 * sample)) + 0.03);
    await leaveDraft('With an offset', 4, true, undefined, clipped);
    const notices = new Notices();
    await recoverDrafts(notices, vi.fn());
    const [take] = await listTakes();
    const { samples } = (await loadTake(take!.id)).source;
    expect(Math.abs(samples.reduce((sum, sample) => sum + sample, 0) / samples.length)).toBeLessThan(1e-4);
    expect(samples).toHaveLength(4 * RATE_HZ);
    expect(notices.list).toMatchObject([
      {
        text: expect.stringMatching(/saved as a take: 4 seconds\./) as string,
        items: [
          expect.stringMatching(/louder than full scale/),
          expect.stringMatching(/is clipped/),
          expect.stringMatching(/only 8,000 Hz/),
          expect.stringMatching(/does not sound like one person/),
        ],
      },
    ]);
    // The samples that were repaired are not stored twice.
    expect(await (await database()).count('chunks')).toBe(1);
  });

  it('is not kept if it is silent, as a recording that was stopped', async () => {
    await leaveDraft('Muted', 4, true, undefined, new Float32Array(4 * RATE_HZ));
    await leaveDraft('Spoken', 4, true);
    const notices = new Notices();
    await recoverDrafts(notices, vi.fn());
    expect((await listTakes()).map(({ name }) => name)).toEqual(['Spoken']);
    expect(notices.list).toMatchObject([
      { text: expect.stringMatching(/“Muted”.*It is not kept: This recording is silent/) as string },
      { text: expect.stringMatching(/“Spoken”/) as string },
    ]);
    expect(await abandonedDrafts('takes')).toEqual([]);
  });

  it('waits where there is no space for the repaired recording, while others are recovered', async () => {
    await leaveDraft(
      'With an offset',
      4,
      true,
      undefined,
      tone(4).map((sample) => sample + 0.03),
    );
    await leaveDraft('Spoken', 4, true);
    vi.spyOn(await database(), 'put').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
    const notices = new Notices();
    await recoverDrafts(notices, vi.fn());
    expect((await listTakes()).map(({ name }) => name)).toEqual(['Spoken']);
    expect(notices.list[0]!.text).toMatch(/“With an offset”.*is kept, but this device has no space left/);
    expect((await abandonedDrafts('takes')).map(({ name }) => name)).toEqual(['With an offset']);
  });

  it('for a voice is named, and kept until the voices page adds it', async () => {
    await leaveDraft('The old harbour', 8, true, 'an enrolment');
    const notices = new Notices();
    const openVoices = vi.fn();
    await recoverDrafts(notices, openVoices);
    expect(notices.list).toMatchObject([
      { text: expect.stringMatching(/unfinished voice: 8 seconds\./) as string },
    ]);
    notices.list[0]!.action!.run();
    expect(openVoices).toHaveBeenCalled();
    expect(await listTakes()).toEqual([]);
    expect(await abandonedDrafts('enrolments')).toHaveLength(1);
  });
});
