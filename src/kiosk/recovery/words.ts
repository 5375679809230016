import { m } from '../../text/messages';
import type { Fault } from './faults';

const WORDS: Record<Fault | 'out-of-order', () => string> = {
  start: m.staff_problem_start,
  worker: m.staff_problem_worker,
  sound: m.staff_problem_sound,
  microphone: m.staff_problem_microphone,
  storage: m.staff_problem_storage,
  gpu: m.staff_problem_gpu,
  clock: m.staff_problem_clock,
  'out-of-order': m.staff_problem_out_of_order,
};

/** What a problem's code means, for staff; '' for a code of another version of the app. */
export function wordsFor(code: string): string {
  return (WORDS as Record<string, (() => string) | undefined>)[code]?.() ?? '';
}
