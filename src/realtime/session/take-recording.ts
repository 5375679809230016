import type { Remote } from 'comlink';
import { transfer } from 'comlink';
import { SampleStore } from '../../audio/sample-store';
import type { LiveEnds } from '../live-link';
import type { LiveApi, RecordedBlock } from '../live-types';
import { SYNTHESIS_RATE_HZ } from '../../dsp/signal';

export const MAX_TAKE_SECONDS = 600;
const RESERVED_SECONDS = 30;

/** What was said and what it became, as long as each other. */
export interface LiveTake {
  source: { samples: Float32Array; sampleRateHz: number };
  output: { samples: Float32Array; sampleRateHz: number };
}

/** A take being cut out of a running session; it ends by `end`, with the session, or after ten minutes. */
export class TakeRecording {
  readonly done: Promise<LiveTake>;
  private readonly input: SampleStore;
  private readonly output = new SampleStore(RESERVED_SECONDS * SYNTHESIS_RATE_HZ);
  private finish: () => void = () => undefined;

  constructor(
    private readonly api: Remote<LiveApi<LiveEnds>>,
    private readonly sampleRateHz: number,
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
      if (this.seconds >= MAX_TAKE_SECONDS) this.end();
    };
    void api.record(transfer(port2, [port2]));
  }

  get seconds(): number {
    return this.input.length / this.sampleRateHz;
  }

  /** Lets what was said come out, then ends. */
  end(): void {
    void this.api.endRecording();
  }

  /** Ends with what there is: the session is over. */
  cut(): void {
    this.finish();
  }

  private take(): LiveTake {
    const output = this.output.take();
    const samples = this.input.take();
    // A session that was cut short still owes a little of the output; nobody shall compare with its silence.
    const seconds = output.length / SYNTHESIS_RATE_HZ;
    return {
      source: {
        samples: samples.subarray(0, Math.round(seconds * this.sampleRateHz)),
        sampleRateHz: this.sampleRateHz,
      },
      output: { samples: output, sampleRateHz: SYNTHESIS_RATE_HZ },
    };
  }
}
