import type { Scope } from '../../services/scope';
import { isReplaced } from '../../audio/microphone';
import type { LiveStats } from '../live-stats';
import type { LivePhase } from '../live-types';

/** Faults of a running session. */
export type Trouble =
  'microphone-lost' | 'microphone-changed' | 'microphone-chosen' | 'context-lost' | 'worker-lost';

/** The part of a session that the watch reads. */
export interface Watched {
  readonly phase: LivePhase;
  readonly isRepairing: boolean;
  readonly graph:
    | {
        readonly context: Pick<AudioContext, 'state' | 'currentTime' | 'resume'>;
        readonly stats: Pick<LiveStats, 'get'>;
      }
    | undefined;
  readonly stream: MediaStream | undefined;
}

const TICK_MS = 200;
const PATIENCE_MS = 600;

/** Detects within a second that a part of a running session has stopped, even where the browser reports no error. */
export class LiveWatch {
  private seen = { contextSeconds: -1, capturedSeconds: -1, blocks: -1 };
  private sinceMs = { context: 0, capture: 0, worker: 0 };
  private tickedMs = performance.now();

  constructor(
    scope: Scope,
    private readonly session: Watched,
    private readonly report: (trouble: Trouble) => void,
  ) {
    this.startOver(this.tickedMs);
    scope.interval(() => this.tick(), TICK_MS);
    scope.on(document, 'visibilitychange', () => this.tick());
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (mediaDevices) scope.on(mediaDevices, 'devicechange', () => void this.checkDevice());
  }

  private tick(): void {
    const { session } = this;
    const nowMs = performance.now();
    // After a suspension of the page the counters are stale.
    const slept = nowMs - this.tickedMs > PATIENCE_MS;
    this.tickedMs = nowMs;
    const { graph } = session;
    if (session.isRepairing) return this.startOver(nowMs);
    if (!graph || graph.context.state === 'closed') return this.report('context-lost');
    if (graph.context.state !== 'running') void graph.context.resume().catch(() => undefined);
    if (slept) return this.startOver(nowMs);
    const { stats } = graph;
    this.note('context', 'contextSeconds', graph.context.currentTime, nowMs);
    this.note('capture', 'capturedSeconds', stats.get('capturedSeconds'), nowMs);
    this.note('worker', 'blocks', stats.get('blocks'), nowMs);
    const late = (part: keyof LiveWatch['sinceMs']) => nowMs - this.sinceMs[part] > PATIENCE_MS;
    const trouble = late('context')
      ? 'context-lost'
      : late('capture')
        ? 'microphone-lost'
        : late('worker')
          ? 'worker-lost'
          : undefined;
    if (!trouble) return;
    this.startOver(nowMs);
    this.report(trouble);
  }

  private note(
    part: keyof LiveWatch['sinceMs'],
    name: keyof LiveWatch['seen'],
    value: number,
    nowMs: number,
  ): void {
    if (value !== this.seen[name]) this.sinceMs[part] = nowMs;
    this.seen[name] = value;
  }

  private startOver(nowMs: number): void {
    this.sinceMs = { context: nowMs, capture: nowMs, worker: nowMs };
  }

  /** The default microphone may have become another one, for example a headset's. */
  private async checkDevice(): Promise<void> {
    const { stream, phase } = this.session;
    const track = stream?.getAudioTracks()[0];
    if (!track || phase !== 'live') return;
    if (track.readyState !== 'live') return this.report('microphone-lost');
    if (await isReplaced(track)) this.report('microphone-changed');
  }
}
