import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import type { Scope } from '../services/scope';
import { jobTask, type Task } from '../services/work.svelte';
import { clock } from '../text/format';
import { Archiving } from './archiving.svelte';
import { Enrolment } from './enrolment.svelte';
import { Shaping } from './shaping.svelte';
import { VoiceLibrary } from './voice-library.svelte';

/** State of the voices page, which it outlives: a voice is made, and an archive read or written, also while another page is shown. */
export class Workshop {
  readonly library: VoiceLibrary;
  readonly enrolment: Enrolment;
  readonly shaping: Shaping;
  readonly archiving: Archiving;

  constructor(context: AppContext, scope: Scope) {
    const refresh = () => void this.library.refresh();
    this.library = new VoiceLibrary(context, scope);
    this.enrolment = new Enrolment(context, scope, refresh);
    this.shaping = new Shaping(context, scope, refresh);
    this.archiving = new Archiving(context, scope, refresh);
    context.work.add(scope, () => this.tasks);
  }

  /** Called when the page is left: whatever works goes on, but nothing is played that nobody sees. */
  leave(): void {
    this.library.stop();
    this.enrolment.player.pause();
  }

  private get tasks(): (Task | null)[] {
    const { enrolment, shaping, archiving } = this;
    const { reading } = enrolment;
    return [
      reading.state === 'recording'
        ? {
            page: 'voices',
            label: m.voices_task_reading({ time: clock(reading.seconds) }),
            end: { label: m.voices_stop(), run: () => void enrolment.stopReading() },
            isLossy: true,
          }
        : null,
      jobTask('voices', enrolment.job, true),
      enrolment.made && !enrolment.result.isStored
        ? { page: 'voices', label: m.voices_task_unsaved(), isLossy: true }
        : null,
      jobTask('voices', shaping.job, true),
      jobTask('voices', archiving.job, true),
    ];
  }
}
