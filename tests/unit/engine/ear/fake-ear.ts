import { RunQueue, type EarNetworks, type NetworkSession } from '../../../../src/engine/backends/network';
import { FEATURES } from '../../../../src/engine/shapes';
import { FakeTensor } from '../fake-networks';

export const CONTEXT = 3;

type OnRun = (samples: Float32Array) => void;

const dataOf = (tensor: unknown) => (tensor as FakeTensor).data;

/** The first feature is the mean of a code's samples times 1000, the others are its index in the window. */
const ear = (onRun: OnRun): NetworkSession => ({
  inputNames: ['samples'],
  outputNames: ['features', 'loudnessDb'],
  async run(feeds) {
    const samples = dataOf(feeds['samples']);
    onRun(samples);
    const codes = (samples.length - 240) / 320;
    const features = new Float32Array(codes * FEATURES);
    const loudnessDb = new Float32Array(codes);
    for (let k = 0; k < codes; k++) {
      const own = samples.subarray(200 + 320 * k, 200 + 320 * (k + 1));
      const sum = own.reduce((total, x) => total + x, 0);
      features.fill(k, k * FEATURES, (k + 1) * FEATURES);
      features[k * FEATURES] = (1000 * sum) / 320;
      loudnessDb[k] = own.some((x) => x !== 0) ? -20 : -80;
    }
    return {
      features: new FakeTensor(features, [1, codes, FEATURES]),
      loudnessDb: new FakeTensor(loudnessDb, [1, codes]),
    };
  },
});

/** Number 0 of a code is the mean of the first feature over three codes on each side, the others are those of the content network. */
const earJoin: NetworkSession = {
  inputNames: ['features', 'mean', 'deviation', 'activeFrames', 'contentCodes'],
  outputNames: ['joinedCodes'],
  async run(feeds) {
    const features = dataOf(feeds['features']);
    const joined = dataOf(feeds['contentCodes']).slice();
    const codes = joined.length / 128;
    for (let k = 0; k < codes; k++) {
      let sum = 0;
      for (let i = -CONTEXT; i <= CONTEXT; i++) sum += features[(k + i) * FEATURES] ?? 0;
      joined[k * 128] = sum + dataOf(feeds['activeFrames'])[0]!;
    }
    return { joinedCodes: new FakeTensor(joined, [1, codes, 128]) };
  },
};

/** Answers the samples that it was given times `gain`. */
const denoiser = (onRun: OnRun, gain: number): NetworkSession => ({
  inputNames: ['samples'],
  outputNames: ['denoised'],
  async run(feeds) {
    const samples = dataOf(feeds['samples']);
    onRun(samples);
    const own = samples.slice(480, samples.length - 1440).map((x) => gain * x);
    return { denoised: new FakeTensor(own, [1, own.length]) };
  },
});

/** An ear without weights; `onRun` gets the samples of every window that it hears, `onDenoise` those that it multiplies by `denoisedGain`. */
export function fakeEar(
  onRun: OnRun = () => undefined,
  onDenoise: OnRun = () => undefined,
  denoisedGain = 1,
): EarNetworks {
  return {
    denoiser: { session: denoiser(onDenoise, denoisedGain), stateShapes: [], lookAheadFrames: 0 },
    ear: { session: ear(onRun), stateShapes: [], lookAheadFrames: 0 },
    earJoin: { session: earJoin, stateShapes: [], lookAheadFrames: CONTEXT },
    makeTensor: (data, dims) => new FakeTensor(data, dims),
    queue: new RunQueue(),
  };
}
