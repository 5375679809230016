import type { Exhibit } from '../files/exhibit';
import type { Fault } from './recovery/faults';
import type { Standing } from './recovery/outages';
import type { Ending, Problem, Screen } from './visit.svelte';

/** What happened, without anything about the visitor: for the counters of the staff. */
export type KioskEvent =
  | { kind: 'visit' }
  | { kind: 'conversion'; voiceId: string }
  | { kind: 'ending'; ending: Ending; last: Screen }
  | { kind: 'error'; problem: Problem | 'mark' | 'file'; error: unknown }
  /** Something has stopped working, or a repair of it has failed. */
  | { kind: 'fault'; fault: Fault; error: unknown }
  | { kind: 'standing'; standing: Standing };

export interface GuideOptions {
  exhibit: Exhibit;
  onEvent: (event: KioskEvent) => void;
}
