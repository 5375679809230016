import { vi } from 'vitest';

class FakeNode {
  readonly gain = { value: 1, setTargetAtTime: () => undefined };
  readonly port = {
    onmessage: undefined as ((event: { data: unknown }) => void) | undefined,
    /** What was posted to the worklet. */
    posted: [] as unknown[],
    postMessage(data: unknown) {
      this.posted.push(data);
      if (data === 'flush') this.onmessage?.({ data: 'end' });
    },
    close: () => undefined,
  };

  connect(node: unknown): unknown {
    return node;
  }

  disconnect(): void {}
}

/** A worklet node, which remembers what was posted to it. */
export class FakeWorkletNode extends FakeNode {
  static made: FakeWorkletNode[] = [];

  constructor() {
    super();
    FakeWorkletNode.made.push(this);
  }
}

/** As in Firefox: without a device it never starts, and `state` lags behind `close`. */
export class FakeAudioContext {
  static made: FakeAudioContext[] = [];
  static hasDevice = true;
  readonly sampleRate = 48000;
  readonly currentTime = 0;
  readonly destination = new FakeNode();
  readonly audioWorklet = { addModule: async () => undefined };
  state = 'suspended';
  /** Calls of `close`. */
  closed = 0;

  constructor() {
    FakeAudioContext.made.push(this);
  }

  async resume(): Promise<void> {
    if (!FakeAudioContext.hasDevice) await new Promise(() => undefined);
    this.state = 'running';
  }

  async close(): Promise<void> {
    this.closed++;
  }

  createMediaStreamSource(): FakeNode {
    return new FakeNode();
  }

  createGain(): FakeNode {
    return new FakeNode();
  }
}

/** Gives Node an AudioContext and its worklet nodes. */
export function stubAudio(): void {
  FakeAudioContext.made = [];
  FakeAudioContext.hasDevice = true;
  FakeWorkletNode.made = [];
  vi.stubGlobal('AudioContext', FakeAudioContext);
  vi.stubGlobal('AudioWorkletNode', FakeWorkletNode);
}
