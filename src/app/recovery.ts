import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { takeLink } from '../services/take-link';
import { abandonedDrafts, adopt, deleteDraft } from '../store/drafts';
import { rememberTime } from '../store/device/clock';
import { isInMemory } from '../store/memory/open';
import type { DraftRow } from '../store/rows';
import { saveDraft } from '../store/takes';
import { timeLeft } from '../ui/format';

const CLOCK_MS = 60_000;
const NOTHING_KEPT =
  'This browser does not let the page store anything: cookies or site data are blocked for it, or the window is private. Everything works, but nothing is kept: recordings, takes, voices and settings are gone when this tab is closed. Download what you want to keep, or allow site data for this address and reload.';

/** What the shell does with the store at the start: says if nothing is kept, recovers recordings, and notes the time every minute. */
export async function openStore(notices: Notices, scope: Scope, openVoices: () => void): Promise<void> {
  try {
    await rememberTime();
    if (isInMemory()) notices.warn(NOTHING_KEPT, { isLasting: true });
    scope.interval(() => void rememberTime().catch(() => undefined), CLOCK_MS);
    await recoverDrafts(notices, openVoices);
  } catch (error) {
    // Whoever needs the store says that it cannot be opened.
    console.error(error);
  }
}

/**
 * Makes takes of what was being recorded when a tab was closed, reloaded or ended by the browser, and says so. Recordings for an
 * unfinished voice are only named: the voices page cleans and adds them.
 */
export async function recoverDrafts(notices: Notices, openVoices: () => void): Promise<void> {
  for (const draft of await abandonedDrafts('takes')) {
    if (draft.source.samples === 0) {
      await adopt(draft, () => deleteDraft(draft));
      continue;
    }
    const take = await adopt(draft, () => saveDraft(draft));
    if (!take) continue;
    notices.warn(
      `“${take.name}” was not ended when its tab closed. ${capital(timeLeft(take.source.seconds))} of it were found and are saved as a take; at most the last second is missing.`,
      { isLasting: true, action: takeLink(take.id) },
    );
  }
  const readings = await abandonedDrafts('enrolments');
  if (readings.length === 0) return;
  const seconds = readings.reduce((sum, draft) => sum + secondsOf(draft), 0);
  notices.warn(
    `A recording for a voice was not ended when its tab closed. ${capital(timeLeft(seconds))} of it were found and are kept with the unfinished voice; at most the last second is missing.`,
    { isLasting: true, action: { label: 'Go on with the voice', run: openVoices } },
  );
}

function secondsOf({ source }: DraftRow): number {
  return source.samples / source.sampleRateHz;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
