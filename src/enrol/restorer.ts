import { concat } from '../engine/arrays';
import { throwIfCancelled } from '../engine/errors';
import { networkCorrupt, type PieceNetwork } from '../engine/network';
import { BANDS } from '../engine/signal';
import { quietBands } from './quiet';

/** Share of the frames, the quietest in a band, in which nothing but noise is heard there. */
const QUIET_SHARE = 0.05;
/** What the network takes at once. */
const LONGEST_FRAMES = 3000;

/**
 * The restoring network: what hum and hiss, and taking them out, did to the spectrum of a voice is put right. It makes
 * nothing to listen to; what a voice is like is read off it (docs/decisions/0019).
 */
export class Restorer {
  constructor(private readonly network: PieceNetwork) {}

  /** `logMel` [n, 80] of the pieces of one recording after another -> the same, each as it was before the noise. Rejects with `cancelled`. */
  async restore(pieces: readonly Float32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const whole = concat(pieces);
    const frames = Array.from({ length: whole.length / BANDS }, (_, t) => t);
    const floor = quietBands(whole, frames, QUIET_SHARE);
    const restored: Float32Array[] = [];
    for (const piece of pieces) {
      throwIfCancelled(signal);
      restored.push(await this.run(piece, floor));
    }
    return restored;
  }

  private async run(logMel: Float32Array, floor: Float32Array): Promise<Float32Array> {
    const { session, makeTensor, queue } = this.network;
    const output = new Float32Array(logMel.length);
    for (let at = 0; at < logMel.length; at += LONGEST_FRAMES * BANDS) {
      const input = logMel.slice(at, at + LONGEST_FRAMES * BANDS);
      await queue.run(async () => {
        const feeds = {
          logMel: makeTensor(input, [1, input.length / BANDS, BANDS]),
          floor: makeTensor(floor, [1, BANDS]),
        };
        const { restored } = await session.run(feeds);
        const values = await restored?.getData();
        if (!(values instanceof Float32Array) || values.length !== input.length)
          throw networkCorrupt('it restores no spectrum');
        output.set(values, at);
        restored!.dispose();
      });
    }
    return output;
  }
}
