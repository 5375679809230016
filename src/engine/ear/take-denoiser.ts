import { resample } from '../../dsp/resample';
import { ANALYSIS_RATE_HZ } from '../../dsp/signal';
import { StreamingNetwork, type EarNetworks } from '../backends/network';
import { CODES_PER_SECOND } from '../shapes';
import { fadeIn, OVERLAP_CODES, planWindows, type EarWindow } from './plan';
import { analysisLength, codesOf, windowSamples, type TakeSamples } from './take-window';

/** Of the network, which takes 480 samples before those that it answers for, and 1440 after them. */
const RATE_HZ = 48000;
const BEFORE = 480;
const BEYOND = 1440;
const SAMPLES_PER_CODE = ANALYSIS_RATE_HZ / CODES_PER_SECOND;
const OVERLAP = OVERLAP_CODES * SAMPLES_PER_CODE;

/**
 * Takes steady noise, rumble and music from a take (DeepFilterNet 3, Schröter et al. 2023), in the windows in which the ear hears it;
 * neighbouring windows are faded into one another over the two seconds by which they overlap.
 */
export class TakeDenoiser {
  readonly windows: readonly EarWindow[];
  private readonly network: StreamingNetwork;

  constructor(
    { denoiser, makeTensor, queue }: EarNetworks,
    private readonly take: TakeSamples,
  ) {
    this.network = new StreamingNetwork(denoiser, makeTensor, queue);
    this.windows = planWindows(codesOf(take));
  }

  /** The take without noise, at 16 kHz; awaits `pause` before each window, with the number of windows done. */
  async run(pause: (done: number) => Promise<void>): Promise<Float32Array> {
    const output = new Float32Array(analysisLength(this.take));
    for (const [i, window] of this.windows.entries()) {
      await pause(i);
      const part = await this.denoise(window);
      const from = window.first * SAMPLES_PER_CODE;
      const fades = i < this.windows.length - 1 ? part.length - OVERLAP : part.length;
      const length = Math.min(part.length, output.length - from);
      for (let k = 0; k < length; k++) {
        const rising = i > 0 && k < OVERLAP ? fadeIn(k, OVERLAP) : 1;
        const falling = k < fades ? 1 : 1 - fadeIn(k - fades, OVERLAP);
        output[from + k]! += rising * falling * part[k]!;
      }
    }
    return output;
  }

  private async denoise(window: EarWindow): Promise<Float32Array> {
    const samples = windowSamples(this.take, window, RATE_HZ, BEFORE, BEYOND);
    const [denoised] = await this.network.run({ samples: [samples, [1, samples.length]] }, ['denoised']);
    return resample(denoised!, RATE_HZ, ANALYSIS_RATE_HZ);
  }
}
