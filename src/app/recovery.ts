import { checkSamples, needsRepair } from '../audio/check';
import { AudioError } from '../audio/errors';
import { speechWarning } from '../audio/speech-likeness';
import { m } from '../text/messages';
import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { takeLink } from '../services/take-link';
import { saveDraft } from '../store/draft-takes';
import { abandonedDrafts, adopt, deleteDraft, readDraft, secondsIn } from '../store/drafts';
import { StoreError } from '../store/db';
import { rememberTime } from '../store/device/clock';
import { isInMemory } from '../store/memory/open';
import type { DraftRow, TakeSummary } from '../store/rows';
import { timeLeft } from '../text/format';

const CLOCK_MS = 60_000;

/** What the shell does with the store at the start: says if nothing is kept, recovers recordings, and notes the time every minute. */
export async function openStore(notices: Notices, scope: Scope, openVoices: () => void): Promise<void> {
  try {
    await rememberTime();
    if (isInMemory()) notices.warn(m.app_nothing_kept, { isLasting: true });
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
    const recovered = await adopt(draft, () => recover(draft));
    if (!recovered) continue;
    const { name } = draft;
    if ('why' in recovered) {
      notices.warn(() => recovered.why(name), { isLasting: true });
      continue;
    }
    const { take, warnings } = recovered;
    notices.warn(() => m.app_recovered({ name, time: timeLeft(take.source.seconds) }), {
      isLasting: true,
      action: takeLink(take.id),
      ...(warnings.length > 0 && { items: warnings }),
    });
  }
  const readings = await abandonedDrafts('enrolments');
  if (readings.length === 0) return;
  const seconds = readings.reduce((sum, draft) => sum + secondsIn(draft), 0);
  notices.warn(() => m.app_recovered_reading({ time: timeLeft(seconds) }), {
    isLasting: true,
    action: { label: m.app_recovered_go_on, run: openVoices },
  });
}

/** Makes a draft a take, checked and repaired as a recording that was stopped; one that would not be kept then is deleted. */
async function recover(
  draft: DraftRow,
): Promise<{ take: TakeSummary; warnings: string[] } | { why: (name: string) => string } | undefined> {
  const { sampleRateHz } = draft.source;
  // The source of a live take is kept as it was converted; of what is damaged, the take says so when it is opened.
  const samples = draft.output?.samples ? undefined : await readDraft(draft).catch(() => undefined);
  try {
    const isRepaired = samples !== undefined && needsRepair(samples);
    const warnings = samples ? checkSamples(samples, sampleRateHz) : [];
    const take = await saveDraft(draft, isRepaired ? samples : undefined);
    const doubt = samples && speechWarning(samples, sampleRateHz);
    return take && { take, warnings: doubt ? [...warnings, doubt] : warnings };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'quota')
      return { why: (name) => m.app_recovered_no_space({ name }) };
    if (!(error instanceof AudioError)) throw error;
    await deleteDraft(draft);
    return { why: (name) => m.app_recovered_not({ name, why: error.message }) };
  }
}
