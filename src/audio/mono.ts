/** Channels of one recording mixed to one, and the energy of each, block by block. */
export class MonoMixer {
  /** Sum of squares of every channel so far. */
  readonly channelEnergy: Float64Array;
  private mixEnergy = 0;

  /** `channel`: takes this one alone; the average of all without it, which cannot clip. */
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
   * The loudest channel, when the channels have cancelled each other out: one of them is wired the other
   * way round, and the average is nearly silent.
   */
  get cancelledFor(): number | undefined {
    const loudest = this.channelEnergy.indexOf(Math.max(...this.channelEnergy));
    // A voice on one of eight channels keeps 1/64 of its energy; below half of that is no mix.
    return this.channels > 1 && this.mixEnergy < this.channelEnergy[loudest]! / 128 ? loudest : undefined;
  }
}
