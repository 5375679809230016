import { m } from '../text/messages';
import { concat } from '../dsp/arrays';
import { throwIfCancelled } from '../engine/errors';
import { networkCorrupt, type StreamingNetwork } from '../engine/backends/network';
import { BANDS } from '../engine/shapes';
import { noiseBands } from './quiet';

/** Frames per run of the network. */
const MAX_FRAMES = 3000;

/**
 * The restoring network: estimates the spectrum of speech before hum, hiss and their removal. Its output is not made
 * audible; the timbre of a voice is computed from it (models/log/0019).
 */
export class Restorer {
  constructor(private readonly network: StreamingNetwork) {}

  /** `logMel` [n, 80] of all pieces of a voice -> estimates of the same without noise. Rejects with `cancelled` or `network-corrupt`. */
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
    for (let at = 0; at < logMel.length; at += MAX_FRAMES * BANDS) {
      const input = logMel.slice(at, at + MAX_FRAMES * BANDS);
      const feeds = {
        logMel: [input, [1, input.length / BANDS, BANDS]],
        floor: [floor, [1, BANDS]],
      } as const;
      const [restored] = await this.network.run(feeds, ['restored']);
      if (restored!.length !== input.length) throw networkCorrupt(m.engine_network_size());
      output.set(restored!, at);
    }
    return output;
  }
}
