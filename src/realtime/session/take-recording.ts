import type { Remote } from 'comlink';
import { transfer } from 'comlink';
import { SampleStore } from '../../audio/sample-store';
import type { LiveEnds } from '../live-link';
import type { LiveApi, RecordedBlock } from '../live-types';
import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';

export const MAX_TAKE_SECONDS = 600;
const RESERVED_SECONDS = 30;

/**
 * Why a take ended: `end` or `cut` was called, it was ten minutes long, or the conversion ended without being asked, as it does when the
 * graphics processor is lost.
 */
export type TakeEnd = 'asked' | 'ceiling' | 'lost';

/** Input and output of a take, of equal duration. */
export interface LiveTake {
  why: TakeEnd;
  source: { samples: Float32Array; sampleRateHz: number };
  output: { samples: Float32Array; sampleRateHz: number };
}

/** A take being recorded from a running session; it ends by `end`, with the session, or after ten minutes. */
export class TakeRecording {
  readonly done: Promise<LiveTake>;
  private readonly input: SampleStore;
  private readonly output = new SampleStore(RESERVED_SECONDS * SYNTHESIS_RATE_HZ);
  private finish: () => void = () => undefined;
  private why: TakeEnd = 'lost';

  /** `onBlock` gets what is recorded as it arrives. */
  constructor(
    private readonly api: Remote<LiveApi<LiveEnds>>,
    private readonly sampleRateHz: number,
    onBlock?: (block: RecordedBlock) => void,
  ) {
    this.input = new SampleStore(RESERVED_SECONDS * sampleRateHz);
    const { port1, port2 } = new MessageChannel();
    this.done = new Promise((resolve) => {
      this.finish = () => {
        port1.close();
        resolve(this.take());
      };
    });
    port1.onmessage = ({ data }: MessageEvent<RecordedBlock | null>) => {
      if (!data) return this.finish();
      this.input.append(data.input);
      this.output.append(data.output);
      onBlock?.(data);
      if (this.seconds < MAX_TAKE_SECONDS || this.why === 'ceiling') return;
      this.why = 'ceiling';
      void this.api.endRecording();
    };
    void api.record(transfer(port2, [port2]));
  }

  get seconds(): number {
    return this.input.length / this.sampleRateHz;
  }

  /** Ends once all recorded input has been converted. */
  end(): void {
    this.why = 'asked';
    void this.api.endRecording();
  }

  /** Ends immediately, with the output that there is: the session is over. */
  cut(): void {
    this.why = 'asked';
    this.finish();
  }

  private take(): LiveTake {
    const output = this.output.take();
    const samples = this.input.take();
    // A session that was cut off lacks the end of the output: the input is cut to the same duration.
    const seconds = output.length / SYNTHESIS_RATE_HZ;
    return {
      why: this.why,
      source: {
        samples: samples.subarray(0, Math.round(seconds * this.sampleRateHz)),
        sampleRateHz: this.sampleRateHz,
      },
      output: { samples: output, sampleRateHz: SYNTHESIS_RATE_HZ },
    };
  }
}
