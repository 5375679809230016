const FRAMES = 2048;

/** For tests: posts the signal to the speakers (input 0) and from the microphone (input 1), each mixed to mono. */
class TapProcessor extends AudioWorkletProcessor {
  private speakers = new Float32Array(FRAMES);
  private microphone = new Float32Array(FRAMES);
  private filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const [speakers, microphone] = inputs;
    for (let i = 0; i < 128; i++) {
      this.speakers[this.filled] = mix(speakers!, i);
      this.microphone[this.filled] = mix(microphone!, i);
      this.filled++;
    }
    if (this.filled < FRAMES) return true;
    this.port.postMessage([this.speakers, this.microphone], [this.speakers.buffer, this.microphone.buffer]);
    this.speakers = new Float32Array(FRAMES);
    this.microphone = new Float32Array(FRAMES);
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
