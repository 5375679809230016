const BATCH_SAMPLES = 2048;

/**
 * Mixes the input to mono and posts it in batches of 2048 samples.
 *
 * The page posts buffers back once it has copied them, so after the first few batches nothing is allocated here. `'flush'`
 * makes it post the incomplete batch, then `'end'`.
 */
class CaptureProcessor extends AudioWorkletProcessor {
  private batch = new Float32Array(BATCH_SAMPLES);
  private filled = 0;
  private readonly spare: Float32Array<ArrayBuffer>[] = [];
  private ended = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ArrayBuffer | 'flush'>) => {
      if (data === 'flush') this.flush();
      else this.spare.push(new Float32Array(data));
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? [];
    const first = channels[0];
    if (!first || this.ended) return !this.ended;
    const share = 1 / channels.length;
    for (let i = 0; i < first.length; i++) {
      let sum = 0;
      for (let c = 0; c < channels.length; c++) sum += channels[c]![i]!;
      this.batch[this.filled++] = sum * share;
      if (this.filled === BATCH_SAMPLES) this.post();
    }
    return true;
  }

  private post(): void {
    this.port.postMessage(this.batch, [this.batch.buffer]);
    this.batch = this.spare.pop() ?? new Float32Array(BATCH_SAMPLES);
    this.filled = 0;
  }

  private flush(): void {
    this.ended = true;
    this.port.postMessage(this.batch.slice(0, this.filled));
    this.port.postMessage('end');
  }
}

registerProcessor('capture', CaptureProcessor);
