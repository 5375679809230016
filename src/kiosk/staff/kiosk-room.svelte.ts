import { DEFAULT_EXHIBIT, isOpen, type Exhibit } from '../../files/exhibit';
import { exhibitUrl } from '../../services/exhibit/url';
import type { Scope } from '../../services/scope';
import { onChanged } from '../../store/changes';
import { countError, countOne } from '../../store/device/counters';
import { exhibitInUse, readDraft } from '../../store/device/exhibit';
import { noteProblem } from '../../store/device/problems';
import type { KioskEvent } from '../events';
import type { Standing } from '../recovery/outages';
import { watchDoor } from './door';
import { startHeartbeat } from './heartbeat';

/** What is around the visits: the exhibit in use, the door to the staff panel, counters and heartbeat. */
export class KioskRoom {
  /** With the volume of this device; undefined until it is read. A new one waits until a visit has ended. */
  exhibit = $state.raw<Exhibit>();
  isStaff = $state(false);
  isVisitOn = $state(false);
  private isStale = false;
  /** Whether visitors can use the kiosk. */
  private standing: Standing = 'working';

  /** `isPreview`: shows the draft of the curator, counts nothing and has no heartbeat. */
  constructor(
    scope: Scope,
    private readonly isPreview: boolean,
  ) {
    scope.own(onChanged('exhibit', () => this.refresh()));
    watchDoor(scope, () => this.openDoor());
    if (!isPreview)
      startHeartbeat(scope, {
        screen: () => this.screen,
        isWorking: () => this.standing !== 'out-of-order',
        path: () => this.exhibit?.heartbeat,
      });
    void this.load();
  }

  leaveStaff(): void {
    this.isStaff = false;
    this.isVisitOn = false;
    this.refresh();
  }

  /** Counts what visitors did. */
  onEvent(event: KioskEvent): void {
    if (event.kind === 'visit') this.isVisitOn = true;
    if (event.kind === 'ending') {
      this.isVisitOn = false;
      if (this.isStale) void this.load();
    }
    if (event.kind === 'standing') this.standing = event.standing;
    if (!this.isPreview) void count(event).catch((error: unknown) => console.warn(error));
  }

  /** From a preview back to the curator, since a kiosk's browser has no other way. */
  private openDoor(): void {
    if (this.isPreview) location.hash = '#/curator';
    else this.isStaff = true;
    // The kiosk is not there meanwhile, and begins anew.
    this.standing = 'working';
  }

  private get screen(): string {
    if (this.isStaff) return 'staff';
    if (this.standing === 'out-of-order') return this.standing;
    if (this.isVisitOn) return 'visit';
    return this.exhibit && !isOpen(this.exhibit, new Date()) ? 'closed' : 'idle';
  }

  private refresh(): void {
    if (this.isVisitOn) this.isStale = true;
    else void this.load();
  }

  private async load(): Promise<void> {
    this.isStale = false;
    try {
      const draft = this.isPreview ? await readDraft() : undefined;
      const { exhibit, volume, fault, refused } = await exhibitInUse(exhibitUrl());
      if (fault) console.warn(`exhibit.json: ${fault.message}`);
      for (const { name, why } of refused) console.warn(`exhibit.json: the voice ${name}: ${why}`);
      this.exhibit = draft ?? { ...exhibit, volume };
    } catch (error) {
      console.error(error);
      this.exhibit ??= DEFAULT_EXHIBIT;
    }
  }
}

async function count(event: KioskEvent): Promise<void> {
  switch (event.kind) {
    case 'visit':
      return countOne('visits');
    case 'conversion':
      return countOne('conversions');
    case 'ending':
      // Whoever walks away from the last screen has seen all of it.
      return event.ending === 'finished' || event.last === 'goodbye' ? undefined : countOne('aborts');
    case 'error':
      return countError(event.error instanceof Error ? event.error : { name: event.problem });
    case 'fault':
      await noteProblem(event.fault, event.error);
      return countError({ name: `fault-${event.fault}` });
    case 'standing':
      return event.standing === 'out-of-order' ? noteProblem('out-of-order', null) : undefined;
  }
}
