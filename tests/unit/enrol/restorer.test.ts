import { describe, expect, it } from 'vitest';
import type { NetworkSession } from '../../../src/engine/backends/network';
import { Restorer } from '../../../src/enrol/restorer';
import { fakeNetworks } from '../engine/fake-networks';
import { fakeRestorer, withoutStates } from './mixture';

const { makeTensor } = fakeNetworks();

/** Writes down what it is given; gives back `output` of the spectrum. */
function listening(output: (logMel: Float32Array) => Float32Array) {
  const heard: { frames: number; floor: Float32Array }[] = [];
  const session: NetworkSession = {
    inputNames: ['logMel', 'floor'],
    outputNames: ['restored'],
    async run({ logMel, floor }) {
      const values = (await logMel!.getData()) as Float32Array;
      heard.push({ frames: logMel!.dims[1]!, floor: (await floor!.getData()) as Float32Array });
      return { restored: makeTensor(output(values), logMel!.dims) };
    },
  };
  return { heard, restorer: new Restorer(withoutStates(session)) };
}

describe('restoring', () => {
  it('tells the network how quiet each band gets in all pieces together', async () => {
    const piece = (frames: number, level: number) =>
      Float32Array.from({ length: frames * 80 }, (_, i) => level + (i % 80) / 100);
    const { heard, restorer } = listening((logMel) => logMel.map((x) => x - 1));
    const [first, second] = await restorer.restore([piece(90, -2), piece(10, -8)]);
    expect(heard.map(({ frames }) => frames)).toEqual([90, 10]);
    for (const { floor } of heard) expect(floor[50]).toBeCloseTo(-7.5);
    expect(first![0]).toBeCloseTo(-3);
    expect(second![79]).toBeCloseTo(-8.21);
  });

  it('takes a long piece in parts', async () => {
    const { heard, restorer } = listening((logMel) => logMel);
    const long = Float32Array.from({ length: 7000 * 80 }, (_, i) => -5 + Math.sin(i));
    expect((await restorer.restore([long]))[0]).toEqual(long);
    expect(heard.map(({ frames }) => frames)).toEqual([3000, 3000, 1000]);
  });

  it('refuses a network that gives something else', async () => {
    const { restorer } = listening(() => new Float32Array(3));
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
