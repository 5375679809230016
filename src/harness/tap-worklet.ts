const FRAMES = 2048;

/** For tests: posts what goes to the speakers (input 0) and what the microphone gives (input 1), mono, side by side. */
class TapProcessor extends AudioWorkletProcessor {
  private heard = new Float32Array(FRAMES);
  private spoken = new Float32Array(FRAMES);
  private filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const [heard, spoken] = inputs;
    for (let i = 0; i < 128; i++) {
      this.heard[this.filled] = mix(heard!, i);
      this.spoken[this.filled] = mix(spoken!, i);
      this.filled++;
    }
    if (this.filled < FRAMES) return true;
    this.port.postMessage([this.heard, this.spoken], [this.heard.buffer, this.spoken.buffer]);
    this.heard = new Float32Array(FRAMES);
    this.spoken = new Float32Array(FRAMES);
    this.filled = 0;
    return true;
  }
}

function mix(channels: Float32Array[], at: number): number {
  let sum = 0;
  for (const channel of channels) sum += channel[at]! / channels.length;
  return sum;
}

registerProcessor('tap', TapProcessor);
