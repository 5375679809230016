import { readFileSync } from 'node:fs';
import { StreamingNetwork, type NetworkSession } from '../../../src/engine/backends/network';
import { Restorer } from '../../../src/enrol/restorer';
import { SpeakerEncoder } from '../../../src/enrol/speaker-encoder';
import { fakeNetworks } from '../engine/fake-networks';
import { random } from '../engine/helpers';

/** The speech fixture, 16 kHz. */
export function speech(): Float32Array {
  const bytes = readFileSync(new URL('../../fixtures/audio/speech.wav', import.meta.url));
  return Float32Array.from(
    { length: (bytes.length - 44) / 2 },
    (_, i) => bytes.readInt16LE(44 + 2 * i) / 32768,
  );
}

/** A substitute for another speaker: the same speech, 1.45 times faster and with a high-pass filter. */
export function otherSpeaker(): Float32Array {
  const samples = speech();
  const faster = Float32Array.from({ length: Math.floor(samples.length / 1.45) }, (_, i) => {
    const at = i * 1.45;
    const low = Math.floor(at);
    return samples[low]! + (at - low) * ((samples[low + 1] ?? 0) - samples[low]!);
  });
  return faster.map((x, i) => 2 * (x - 0.95 * (faster[i - 1] ?? 0)));
}

/** Held chords. */
export function music(seconds: number): Float32Array {
  const chords = [
    [220, 277.2, 329.6],
    [196, 246.9, 293.7],
    [174.6, 220, 261.6],
  ];
  return Float32Array.from({ length: seconds * 16000 }, (_, i) => {
    const chord = chords[Math.floor(i / 24000) % chords.length]!;
    let x = 0;
    for (const hz of chord)
      for (let k = 1; k <= 12; k++) x += Math.sin((2 * Math.PI * hz * k * i) / 16000) / k;
    return 0.05 * x;
  });
}

export function noise(samples: number, level: number, seed = 1): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: samples }, () => level * (next() + next() + next() - 1.5) * 2);
}

export function power(samples: Float32Array): number {
  return samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
}

interface FakeTensor {
  data: Float32Array;
  dims: readonly number[];
}

/** A speaker network that measures only the spectral tilt, which differs between `speech` and `otherSpeaker`. */
const session: NetworkSession = {
  inputNames: ['logMel'],
  outputNames: ['embedding'],
  async run(feeds) {
    const { data } = feeds['logMel'] as unknown as FakeTensor;
    let [tilt, count] = [0, 0];
    for (let at = 0; at < data.length; at += 80) {
      const mean = (from: number, to: number) =>
        data.subarray(at + from, at + to).reduce((sum, x) => sum + x, 0) / (to - from);
      if (mean(5, 30) < -4) continue;
      tilt += mean(45, 80) - mean(5, 30);
      count++;
    }
    const angle = 0.4 * (tilt / Math.max(1, count));
    const embedding = new Float32Array(128);
    embedding.set([Math.cos(angle), Math.sin(angle)]);
    return { embedding: { dims: [1, 128], getData: async () => embedding, dispose: () => undefined } };
  },
};

export function fakeSpeakerEncoder(): SpeakerEncoder {
  return new SpeakerEncoder(withoutStates(session), new Float32Array(128));
}

/** A network without states or look-ahead, which takes whole pieces. */
export function withoutStates(stateless: NetworkSession): StreamingNetwork {
  const { makeTensor, queue } = fakeNetworks();
  return new StreamingNetwork({ session: stateless, stateShapes: [], lookAheadFrames: 0 }, makeTensor, queue);
}

/** A restorer that returns `change` of each value and its band, by default the value itself. */
export function fakeRestorer(change = (value: number, _band: number) => value): Restorer {
  const { makeTensor } = fakeNetworks();
  const restoring: NetworkSession = {
    inputNames: ['logMel', 'floor'],
    outputNames: ['restored'],
    async run({ logMel }) {
      const values = (await logMel!.getData()) as Float32Array;
      return {
        restored: makeTensor(
          values.map((value, i) => change(value, i % 80)),
          logMel!.dims,
        ),
      };
    },
  };
  return new Restorer(withoutStates(restoring));
}
