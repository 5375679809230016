import { m } from '../text/messages';
import { timeLeft } from '../text/format';

/** Warns that the store has refused a part of what is being recorded, see `Draft`. */
export function laterSoundNotStored(what: 'recording' | 'take', storedSeconds: number): string {
  if (storedSeconds === 0)
    return what === 'take' ? m.ui_draft_take_unstored() : m.ui_draft_recording_unstored();
  const time = timeLeft(storedSeconds);
  return what === 'take' ? m.ui_draft_take_stored({ time }) : m.ui_draft_recording_stored({ time });
}
