import type { EarChoice } from '../engine/types';
import { earState, forgetEar, prefetchEar } from '../store/ear';
import { isCancelled, messageOf } from './messages';
import type { Preferences } from './preferences.svelte';
import type { Scope } from './scope';

/** `unknown` until the list of published files has been read; `unpublished` where this copy of the app has no ear. */
export type EarStage = 'unknown' | 'unpublished' | 'absent' | 'downloading' | 'ready';

/**
 * The networks of the ear, which hear whole takes: downloaded after the first conversion, on a metered connection only when the user asks
 * for it. A download that was interrupted goes on from where it ended.
 */
export class Ear {
  stage = $state<EarStage>('unknown');
  bytesHere = $state(0);
  bytesTotal = $state(0);
  /** Message for the user if the last download failed. */
  failure = $state<string | null>(null);
  private controller: AbortController | undefined;
  /** Whether the user stopped the download; then it is not started again by itself in this visit. */
  private wasStopped = false;

  constructor(
    scope: Scope,
    private readonly baseUrl: string,
    private readonly preferences: Preferences,
  ) {
    scope.own(() => this.controller?.abort());
  }

  /** What conversions ask for. */
  get choice(): EarChoice {
    return this.preferences.ear === 'off' ? 'small' : 'auto';
  }

  /** Whether a download has to be asked for, because the connection is metered or the browser saves data. */
  get isMetered(): boolean {
    const { connection } = navigator as { connection?: { saveData?: boolean; type?: string } };
    return connection?.saveData === true || connection?.type === 'cellular';
  }

  /** Reads what is on this device, unless it is changing. */
  async refresh(): Promise<void> {
    if (this.stage !== 'downloading') await this.read();
  }

  /** Starts the download unless it is there, switched off, was stopped, or has to be asked for. */
  async offer(): Promise<void> {
    if (this.preferences.ear === 'off' || this.wasStopped || this.isMetered) return;
    if (this.stage === 'unknown') await this.refresh();
    if (this.stage === 'absent') await this.download();
  }

  async download(): Promise<void> {
    if (this.stage !== 'absent') return;
    const controller = new AbortController();
    this.controller = controller;
    this.stage = 'downloading';
    this.failure = null;
    this.wasStopped = false;
    try {
      await prefetchEar({
        baseUrl: this.baseUrl,
        signal: controller.signal,
        onProgress: ({ allBytesDone }) => (this.bytesHere = Math.max(this.bytesHere, allBytesDone)),
      });
    } catch (error) {
      if (!controller.signal.aborted && !isCancelled(error)) this.failure = messageOf(error);
    }
    await this.read();
  }

  stop(): void {
    this.wasStopped = true;
    this.controller?.abort();
  }

  /** Deletes the ear from this device. */
  async remove(): Promise<void> {
    if (this.stage === 'downloading') return;
    this.wasStopped = true;
    await forgetEar({ baseUrl: this.baseUrl });
    await this.read();
  }

  private async read(): Promise<void> {
    try {
      const state = await earState({ baseUrl: this.baseUrl });
      this.stage = !state ? 'unpublished' : state.isComplete ? 'ready' : 'absent';
      this.bytesHere = state?.bytesHere ?? 0;
      this.bytesTotal = state?.bytesTotal ?? 0;
    } catch {
      // Without storage or a list of files there is no ear; conversions work without it.
      this.stage = 'unknown';
    }
  }
}
