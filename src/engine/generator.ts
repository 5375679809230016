import { StreamingNetwork, type Networks } from './backends/network';
import { ADAPTER_SHAPE, BANDS, CODE_SIZE, TIMBRE_BANDS } from './shapes';
import type { Voice } from './voice';

export interface GeneratorInput {
  /** [n, 128]. */
  contentCodes: Float32Array;
  /** [n, 40], see Retrieval. */
  timbre: Float32Array;
  /** [2 n], target F0 in Hz; unvoiced frames repeat the last value. */
  f0Hz: Float32Array;
  /** [2 n], 0 or 1. */
  voiced: Float32Array;
  /** [2 n]. */
  loudnessDb: Float32Array;
  /** [2 n, 80] of the source; the network uses only its means over five groups of 16 bands. */
  logMel: Float32Array;
}

export interface Gains {
  frames: number;
  /** [frames, 80] natural log gains. */
  harmonicLogGain: Float32Array;
  noiseLogGain: Float32Array;
}

const NO_ADAPTER = new Float32Array(ADAPTER_SHAPE[0] * ADAPTER_SHAPE[1]);

/** Runs the generator network on a stream. It returns the spectral envelopes of the target voice, frame by frame. */
export class Generator {
  private readonly network: StreamingNetwork;

  /** `voice` may be replaced between two calls of `push`. */
  constructor(
    { generator, makeTensor, queue }: Networks,
    public voice: Pick<Voice, 'embedding' | 'colour' | 'adapter'>,
  ) {
    this.network = new StreamingNetwork(generator, makeTensor, queue);
  }

  /** The first blocks return fewer frames than they take: their outputs are dropped as look-ahead. */
  async push(input: GeneratorInput): Promise<Gains> {
    const frames = input.f0Hz.length;
    const codes = input.contentCodes.length / CODE_SIZE;
    const perFrame = [1, frames] as const;
    const [harmonic, noise] = await this.network.run(
      {
        contentCodes: [input.contentCodes, [1, codes, CODE_SIZE]],
        timbre: [input.timbre, [1, codes, TIMBRE_BANDS]],
        f0Hz: [input.f0Hz, perFrame],
        voiced: [input.voiced, perFrame],
        loudnessDb: [input.loudnessDb, perFrame],
        logMel: [input.logMel, [1, frames, BANDS]],
        voice: [this.voice.embedding, [1, CODE_SIZE]],
        adapter: [this.voice.adapter ?? NO_ADAPTER, ADAPTER_SHAPE],
      },
      ['harmonicLogGain', 'noiseLogGain'],
    );
    const dropped = this.network.takeLookAhead(frames);
    return {
      frames: frames - dropped,
      harmonicLogGain: this.addColour(harmonic!.slice(dropped * BANDS)),
      noiseLogGain: this.addColour(noise!.slice(dropped * BANDS)),
    };
  }

  /** Adds the voice's colour to gains [n, 80], in place. */
  private addColour(gains: Float32Array): Float32Array {
    const { colour } = this.voice;
    if (colour) for (let i = 0; i < gains.length; i++) gains[i]! += colour[i % BANDS]!;
    return gains;
  }

  dispose(): void {
    this.network.dispose();
  }
}
