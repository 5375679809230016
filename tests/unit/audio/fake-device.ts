import { vi } from 'vitest';

/** A sound device that wakes when the test says so, and the sources started on it. */
export class FakeDevice {
  readonly started: { offsetSeconds: number; isStopped: boolean }[] = [];
  seconds = 0;
  private isAwake = false;
  private readonly waiting: (() => void)[] = [];

  constructor() {
    const { started } = this;
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const device = this;
    class Node {
      connect(to: unknown) {
        return to;
      }
      disconnect() {}
    }
    class AudioContext {
      destination = {};
      get currentTime() {
        return device.seconds;
      }
      resume() {
        return device.isAwake
          ? Promise.resolve()
          : new Promise<void>((resolve) => device.waiting.push(resolve));
      }
      close() {
        return Promise.resolve();
      }
    }
    class GainNode extends Node {
      gain = { setTargetAtTime: () => undefined };
    }
    class AudioBufferSourceNode extends Node {
      onended = null;
      private readonly state = { offsetSeconds: 0, isStopped: false };
      start(_at: number, offsetSeconds: number) {
        this.state.offsetSeconds = offsetSeconds;
        started.push(this.state);
      }
      stop() {
        this.state.isStopped = true;
      }
    }
    class AudioBuffer {
      readonly duration: number;
      constructor({ length, sampleRate }: { length: number; sampleRate: number }) {
        this.duration = length / sampleRate;
      }
      copyToChannel() {}
    }
    for (const part of [AudioContext, GainNode, AudioBufferSourceNode, AudioBuffer])
      vi.stubGlobal(part.name, part);
  }

  /** Number of sources that sound. */
  get sounding(): number {
    return this.started.filter(({ isStopped }) => !isStopped).length;
  }

  wake(): void {
    this.isAwake = true;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
