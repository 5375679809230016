import { timeLeft } from '../text/format';

/** Warns that the store has refused a part of what is being recorded, see `Draft`. */
export function laterSoundNotStored(what: 'recording' | 'take', storedSeconds: number): string {
  const stored =
    storedSeconds > 0
      ? `The first ${timeLeft(storedSeconds)} of it are stored and are found again if this tab is closed`
      : 'Nothing of it is stored yet';
  return `This browser has stopped storing the ${what} while it is made, perhaps because the device is full. ${stored}; all of it is in this tab alone. Stop it, make space by deleting takes or voices that you no longer need, and save it before you close the tab.`;
}
