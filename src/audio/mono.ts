/** Mixes the channels of one recording to mono, block by block, and sums the energy of each channel and of the mix. */
export class MonoMixer {
  /** Sum of squares of each channel. */
  readonly channelEnergy: Float64Array;
  private mixEnergy = 0;

  /** `channel`: the only one to take; without it the mix is the mean of all, which cannot clip. */
  constructor(
    readonly channels: number,
    private readonly channel?: number,
  ) {
    this.channelEnergy = new Float64Array(channels);
  }

  /** `planes`: one array of equal length per channel. */
  mix(planes: readonly Float32Array[]): Float32Array {
    const mixed = new Float32Array(planes[0]?.length ?? 0);
    planes.forEach((plane, index) => {
      const share = this.channel === undefined ? 1 / this.channels : Number(index === this.channel);
      let energy = 0;
      for (let i = 0; i < plane.length; i++) {
        const sample = plane[i]!;
        mixed[i]! += share === 0 ? 0 : share * sample;
        if (Number.isFinite(sample)) energy += sample * sample;
      }
      this.channelEnergy[index]! += energy;
    });
    for (let i = 0; i < mixed.length; i++) if (Number.isFinite(mixed[i]!)) this.mixEnergy += mixed[i]! ** 2;
    return mixed;
  }

  /**
   * Index of the loudest channel where the channels cancel each other out, because one of them is inverted; else undefined.
   */
  get cancelledFor(): number | undefined {
    const loudest = this.channelEnergy.indexOf(Math.max(...this.channelEnergy));
    // A voice on one of eight channels keeps 1/64 of its energy in the mix; less than half of that is cancellation.
    return this.channels > 1 && this.mixEnergy < this.channelEnergy[loudest]! / 128 ? loudest : undefined;
  }
}
