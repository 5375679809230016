import { networkCorrupt, type StreamingNetwork } from '../engine/backends/network';
import { BANDS, CODE_SIZE, CODES_PER_SECOND, FRAMES_PER_CODE } from '../engine/shapes';

/** What the network takes at once. */
const SHORTEST_CODES = CODES_PER_SECOND;
const LONGEST_CODES = 30 * CODES_PER_SECOND;

/** The speaker network: who says it, from a whole piece of speech. */
export class SpeakerEncoder {
  /** `middle` [128]: the mean of many voices, see `recognise`. */
  constructor(
    private readonly network: StreamingNetwork,
    readonly middle: Float32Array,
  ) {}

  /**
   * As `embed`, less the middle of all voices: what is common to them says nothing of who it is. Cosines mean
   * something between these alone.
   */
  async recognise(logMel: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    return (await this.embed(logMel)).map((value, i) => value - this.middle[i]!);
  }

  /** `logMel` [2 n, 80] -> `embedding` [128]. Shorter pieces than a second are repeated, longer than 30 s cut. */
  async embed(logMel: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const codes = Math.floor(logMel.length / (BANDS * FRAMES_PER_CODE));
    const wanted = Math.min(LONGEST_CODES, Math.max(SHORTEST_CODES, codes));
    const width = BANDS * FRAMES_PER_CODE;
    const input = new Float32Array(wanted * width);
    for (let n = 0; n < wanted; n++) {
      const from = (n % Math.max(1, codes)) * width;
      input.set(logMel.subarray(from, from + width), n * width);
    }
    const feeds = { logMel: [input, [1, wanted * FRAMES_PER_CODE, BANDS]] } as const;
    const [embedding] = await this.network.run(feeds, ['embedding']);
    if (embedding!.length !== CODE_SIZE) throw networkCorrupt('it gives no embedding of a speaker');
    return Float32Array.from(embedding!);
  }
}
