import { StreamingNetwork, type Networks } from './backends/network';
import { BANDS, CODE_SIZE, FRAMES_PER_CODE } from './shapes';

/** Runs the content network on a stream. Its codes describe what is said, as independently of the speaker as possible. */
export class ContentEncoder {
  private readonly network: StreamingNetwork;

  constructor({ content, makeTensor, queue }: Pick<Networks, 'content' | 'makeTensor' | 'queue'>) {
    this.network = new StreamingNetwork(content, makeTensor, queue);
  }

  /** `logMel` [2 n, 80] -> `contentCodes` [m, 128]; m < n for the first blocks, whose outputs are dropped as look-ahead. */
  async push(logMel: Float32Array): Promise<Float32Array> {
    const frames = logMel.length / BANDS;
    const [codes] = await this.network.run({ logMel: [logMel, [1, frames, BANDS]] }, ['contentCodes']);
    return codes!.slice(this.network.takeLookAhead(frames / FRAMES_PER_CODE) * CODE_SIZE);
  }

  dispose(): void {
    this.network.dispose();
  }
}
