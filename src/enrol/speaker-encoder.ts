import { m } from '../text/messages';
import { networkCorrupt, type StreamingNetwork } from '../engine/backends/network';
import { BANDS, CODE_SIZE, CODES_PER_SECOND, FRAMES_PER_CODE } from '../engine/shapes';

/** Range of the network's input length: 1 to 30 s. */
const MIN_CODES = CODES_PER_SECOND;
const MAX_CODES = 30 * CODES_PER_SECOND;

/** The speaker network: embeds the speaker of a whole piece of speech. */
export class SpeakerEncoder {
  /** `meanVoice` [128]: mean embedding of the published voices. */
  constructor(
    private readonly network: StreamingNetwork,
    readonly meanVoice: Float32Array,
  ) {}

  /** As `embed`, less `meanVoice`. Speakers are compared by the cosine of these differences, not of embeddings. */
  async embedCentred(logMel: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    return (await this.embed(logMel)).map((value, i) => value - this.meanVoice[i]!);
  }

  /**
   * `logMel` [2 n, 80] -> `embedding` [128]. Pieces of less than 1 s are repeated, pieces of more than 30 s are truncated.
   * Rejects with `network-corrupt`.
   */
  async embed(logMel: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const codes = Math.floor(logMel.length / (BANDS * FRAMES_PER_CODE));
    const inputCodes = Math.min(MAX_CODES, Math.max(MIN_CODES, codes));
    const width = BANDS * FRAMES_PER_CODE;
    const input = new Float32Array(inputCodes * width);
    for (let n = 0; n < inputCodes; n++) {
      const from = (n % Math.max(1, codes)) * width;
      input.set(logMel.subarray(from, from + width), n * width);
    }
    const feeds = { logMel: [input, [1, inputCodes * FRAMES_PER_CODE, BANDS]] } as const;
    const [embedding] = await this.network.run(feeds, ['embedding']);
    if (embedding!.length !== CODE_SIZE) throw networkCorrupt(m.engine_network_size());
    return Float32Array.from(embedding!);
  }
}
