import { describe, expect, it } from 'vitest';
import type { NetworkSession } from '../../../src/engine/backends/network';
import { Restorer } from '../../../src/enrol/restorer';
import { fakeNetworks } from '../engine/fake-networks';
import { fakeRestorer, withoutStates } from './mixture';

const { makeTensor } = fakeNetworks();

/** A restorer whose network records its inputs and returns `output` of the spectrum. */
function recordingRestorer(output: (logMel: Float32Array) => Float32Array) {
  const inputs: { frames: number; floor: Float32Array }[] = [];
  const session: NetworkSession = {
    inputNames: ['logMel', 'floor'],
    outputNames: ['restored'],
    async run({ logMel, floor }) {
      const values = (await logMel!.getData()) as Float32Array;
      inputs.push({ frames: logMel!.dims[1]!, floor: (await floor!.getData()) as Float32Array });
      return { restored: makeTensor(output(values), logMel!.dims) };
    },
  };
  return { inputs, restorer: new Restorer(withoutStates(session)) };
}

describe('restoring', () => {
  it('passes the noise floor of each band over all pieces to the network', async () => {
    const piece = (frames: number, level: number) =>
      Float32Array.from({ length: frames * 80 }, (_, i) => level + (i % 80) / 100);
    const { inputs, restorer } = recordingRestorer((logMel) => logMel.map((x) => x - 1));
    const [first, second] = await restorer.restore([piece(90, -2), piece(10, -8)]);
    expect(inputs.map(({ frames }) => frames)).toEqual([90, 10]);
    for (const { floor } of inputs) expect(floor[50]).toBeCloseTo(-7.5);
    expect(first![0]).toBeCloseTo(-3);
    expect(second![79]).toBeCloseTo(-8.21);
  });

  it('runs a long piece in parts', async () => {
    const { inputs, restorer } = recordingRestorer((logMel) => logMel);
    const long = Float32Array.from({ length: 7000 * 80 }, (_, i) => -5 + Math.sin(i));
    expect((await restorer.restore([long]))[0]).toEqual(long);
    expect(inputs.map(({ frames }) => frames)).toEqual([3000, 3000, 1000]);
  });

  it('rejects an output of the wrong size', async () => {
    const { restorer } = recordingRestorer(() => new Float32Array(3));
    await expect(restorer.restore([new Float32Array(800)])).rejects.toMatchObject({
      code: 'network-corrupt',
    });
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(fakeRestorer().restore([new Float32Array(800)], controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
