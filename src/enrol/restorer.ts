import { concat } from '../dsp/arrays';
import { throwIfCancelled } from '../engine/errors';
import { networkCorrupt, type StreamingNetwork } from '../engine/backends/network';
import { BANDS } from '../engine/shapes';
import { noiseBands } from './quiet';

/** What the network takes at once. */
const LONGEST_FRAMES = 3000;

/**
 * The restoring network: what hum and hiss, and taking them out, did to the spectrum of a voice is put right. It makes
 * nothing to listen to; what a voice is like is read off it (models/log/0019).
 */
export class Restorer {
  constructor(private readonly network: StreamingNetwork) {}

  /** `logMel` [n, 80] of the pieces of one recording after another -> the same, each as it was before the noise. Rejects with `cancelled`. */
  async restore(pieces: readonly Float32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const floor = noiseBands(concat(pieces));
    const restored: Float32Array[] = [];
    for (const piece of pieces) {
      throwIfCancelled(signal);
      restored.push(await this.run(piece, floor));
    }
    return restored;
  }

  private async run(logMel: Float32Array, floor: Float32Array): Promise<Float32Array> {
    const output = new Float32Array(logMel.length);
    for (let at = 0; at < logMel.length; at += LONGEST_FRAMES * BANDS) {
      const input = logMel.slice(at, at + LONGEST_FRAMES * BANDS);
      const feeds = {
        logMel: [input, [1, input.length / BANDS, BANDS]],
        floor: [floor, [1, BANDS]],
      } as const;
      const [restored] = await this.network.run(feeds, ['restored']);
      if (restored!.length !== input.length) throw networkCorrupt('it restores no spectrum');
      output.set(restored!, at);
    }
    return output;
  }
}
