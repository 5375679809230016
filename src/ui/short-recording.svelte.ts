import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import type { Recorded } from '../audio/recorder';
import { Microphone } from './microphone.svelte';

/** Records up to `maxSeconds`, ended earlier by the user, and passes the recording to `onDone`. */
export class ShortRecording extends Microphone {
  constructor(
    scope: Scope,
    notices: Notices,
    readonly maxSeconds: number,
    private readonly onDone: (recorded: Recorded) => void,
  ) {
    super(scope, notices, maxSeconds);
  }

  override async stop(): Promise<Recorded | undefined> {
    const recorded = await super.stop();
    if (recorded) this.onDone(recorded);
    return recorded;
  }

  protected override onEnd(): void {
    void this.stop();
  }
}
