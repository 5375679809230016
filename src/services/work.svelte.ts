import { m } from '../text/messages';
import { percent } from '../text/format';
import type { Job } from './job.svelte';
import type { Scope } from './scope';

/** Something that goes on whichever page is shown. */
export interface Task {
  /** The page that shows it, as in the address. */
  page: 'studio' | 'live' | 'voices' | 'detect';
  /** "Recording 0:12", "Converting to Kathleen, 40%". */
  label: string;
  /** Ends it. */
  end?: { label: string; run: () => void };
  /** Whether closing the tab now would lose something. */
  isLossy: boolean;
}

/** Something that a reload would interrupt although it is no task: a live session, a visit. */
export interface Session {
  isOn(): boolean;
  /** Whether nobody is there to agree to an update, which is then used as soon as it is off. */
  isUnattended?: boolean;
}

type Source = () => readonly (Task | null)[];

/** All work in progress: the header shows that of other pages, and the browser asks before it is closed on. */
export class Work {
  private sources = $state.raw<readonly Source[]>([]);
  private sessions = $state.raw<readonly Session[]>([]);

  /** `source` is read again whenever the state it reads changes, until the scope ends. */
  add(scope: Scope, source: Source): void {
    this.sources = [...this.sources, source];
    scope.own(() => (this.sources = this.sources.filter((other) => other !== source)));
  }

  addSession(scope: Scope, session: Session): void {
    this.sessions = [...this.sessions, session];
    scope.own(() => (this.sessions = this.sessions.filter((other) => other !== session)));
  }

  /** Whether a reload would interrupt somebody or something. */
  get isInSession(): boolean {
    return this.tasks.length > 0 || this.sessions.some((session) => session.isOn());
  }

  get isUnattended(): boolean {
    return this.sessions.some(({ isUnattended }) => isUnattended);
  }

  get tasks(): Task[] {
    return this.sources.flatMap((source) => source().filter((task) => task !== null));
  }

  get isLossy(): boolean {
    return this.tasks.some((task) => task.isLossy);
  }
}

/** The task of a job while it is busy. */
export function jobTask(
  page: Task['page'],
  job: Pick<Job, 'isBusy' | 'label' | 'progress' | 'cancel'>,
  isLossy: boolean,
): Task | null {
  if (!job.isBusy) return null;
  const fraction = job.progress?.fraction ?? null;
  return {
    page,
    label: fraction === null ? job.label : `${job.label}, ${percent(fraction)}`,
    end: { label: m.ui_cancel(), run: () => job.cancel() },
    isLossy,
  };
}
