import {
  RunQueue,
  type NetworkSession,
  type Networks,
  type NetworkTensor,
} from '../../../src/engine/backends/network';
import type { Voice } from '../../../src/engine/voice';
import { sealed } from '../provenance/records';

export class FakeTensor implements NetworkTensor {
  constructor(
    readonly data: Float32Array,
    readonly dims: readonly number[],
  ) {}
  getData() {
    return Promise.resolve(this.data);
  }
  dispose() {}
}

export const CONTENT_LOOK_AHEAD = 3;
export const GENERATOR_LOOK_AHEAD = 4;

/** Delays `rows` by the length of `state`, as every streaming network delays its output by its look-ahead. */
function delay(state: Float32Array, rows: Float32Array): { out: Float32Array; state: Float32Array } {
  const all = new Float32Array(state.length + rows.length);
  all.set(state);
  all.set(rows, state.length);
  return { out: all.slice(0, rows.length), state: all.slice(rows.length) };
}

/** Content network whose code is the first 128 of the 160 bands of its two frames. */
const content: NetworkSession = {
  inputNames: ['logMel', 'state0'],
  outputNames: ['contentCodes', 'state0Out'],
  async run(feeds) {
    const mel = (feeds['logMel'] as FakeTensor).data;
    const codes = new Float32Array((mel.length / 160) * 128);
    for (let n = 0; n < mel.length / 160; n++) codes.set(mel.subarray(160 * n, 160 * n + 128), 128 * n);
    const { out, state } = delay((feeds['state0'] as FakeTensor).data, codes);
    return {
      contentCodes: new FakeTensor(out, [1, out.length / 128, 128]),
      state0Out: new FakeTensor(state, feeds['state0']!.dims),
    };
  },
};

/** Generator whose gains depend on the code, the loudness and the source's highest band. */
const generator: NetworkSession = {
  inputNames: [
    'contentCodes',
    'timbre',
    'f0Hz',
    'voiced',
    'loudnessDb',
    'logMel',
    'voice',
    'adapter',
    'state0',
  ],
  outputNames: ['harmonicLogGain', 'noiseLogGain', 'state0Out'],
  async run(feeds) {
    const loudness = (feeds['loudnessDb'] as FakeTensor).data;
    const codes = (feeds['contentCodes'] as FakeTensor).data;
    const mel = (feeds['logMel'] as FakeTensor).data;
    const rows = new Float32Array(loudness.length * 160);
    for (let t = 0; t < loudness.length; t++) {
      const base = (loudness[t]! * Math.LN10) / 20;
      for (let b = 0; b < 80; b++) {
        rows[t * 160 + b] = base + 0.05 * codes[(t >> 1) * 128 + b]!;
        rows[t * 160 + 80 + b] = base - 3 + 0.05 * mel[t * 80 + 79]!;
      }
    }
    const { out, state } = delay((feeds['state0'] as FakeTensor).data, rows);
    const frames = loudness.length;
    const half = (from: number) =>
      new FakeTensor(
        Float32Array.from(
          { length: frames * 80 },
          (_, i) => out[Math.floor(i / 80) * 160 + from + (i % 80)]!,
        ),
        [1, frames, 80],
      );
    return {
      harmonicLogGain: half(0),
      noiseLogGain: half(80),
      state0Out: new FakeTensor(state, feeds['state0']!.dims),
    };
  },
};

export function fakeNetworks(): Networks {
  return {
    content: {
      session: content,
      stateShapes: [[1, CONTENT_LOOK_AHEAD, 128]],
      lookAheadFrames: CONTENT_LOOK_AHEAD,
    },
    generator: {
      session: generator,
      stateShapes: [[1, GENERATOR_LOOK_AHEAD, 160]],
      lookAheadFrames: GENERATOR_LOOK_AHEAD,
    },
    makeTensor: (data, dims) => new FakeTensor(data, dims),
    queue: new RunQueue(),
  };
}

export function fakeVoice(changes: Partial<Voice> = {}): Voice {
  return {
    id: 'fake',
    name: 'Fake',
    medianF0Hz: 200,
    f0StdSt: 3,
    speechLevelDb: -23,
    retrievalBlend: 0,
    textureBlend: 0,
    embedding: new Float32Array(128),
    codebook: new Float32Array(512 * 128).fill(1),
    timbre: new Float32Array(512 * 40),
    permission: { sealed: sealed(), revoked: new Set(), data: [] },
    ...changes,
  };
}
