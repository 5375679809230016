import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrowingPlayer } from '../../../src/audio/growing-player';

const RATE_HZ = 24000;
let now = 0;
let closed = 0;
let playing: FakeSource[] = [];

class FakeGain {
  readonly gain: { value: number; setTargetAtTime: (value: number) => void };
  constructor(_: unknown, options: { gain: number }) {
    this.gain = { value: options.gain, setTargetAtTime: (value) => (this.gain.value = value) };
  }
  connect<T>(node: T): T {
    return node;
  }
  disconnect(): void {}
}

class FakeBuffer {
  readonly duration: number;
  readonly data: Float32Array;
  constructor({ length }: { length: number }) {
    this.data = new Float32Array(length);
    this.duration = length / RATE_HZ;
  }
  copyToChannel(samples: Float32Array): void {
    this.data.set(samples);
  }
  getChannelData(): Float32Array {
    return this.data;
  }
}

class FakeSource {
  onended: (() => void) | null = null;
  buffer: FakeBuffer | null;
  at = NaN;
  offset = NaN;
  gain: FakeGain | undefined;
  constructor(_: unknown, { buffer }: { buffer: FakeBuffer }) {
    this.buffer = buffer;
  }
  connect<T extends FakeGain>(node: T): T {
    this.gain = node;
    return node;
  }
  start(at: number, offset: number): void {
    [this.at, this.offset] = [at, offset];
    playing.push(this);
  }
  stop(): void {
    playing = playing.filter((source) => source !== this);
  }
  disconnect(): void {}
}

class FakeContext {
  readonly destination = {};
  get currentTime(): number {
    return now;
  }
  async resume(): Promise<void> {}
  async close(): Promise<void> {
    closed++;
  }
}

const tone = (seconds: number, amplitude = 0.3) =>
  Float32Array.from({ length: seconds * RATE_HZ }, (_, i) => amplitude * Math.sin(i / 9));
const onEnd = vi.fn();
const make = () => new GrowingPlayer(RATE_HZ, onEnd);

beforeEach(() => {
  now = 10;
  closed = 0;
  playing = [];
  onEnd.mockReset();
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal('AudioBuffer', FakeBuffer);
  vi.stubGlobal('AudioBufferSourceNode', FakeSource);
  vi.stubGlobal('GainNode', FakeGain);
});

afterEach(() => vi.unstubAllGlobals());

describe('what is still being made', () => {
  it('is played from its first part on, and its parts join', async () => {
    const player = make();
    player.append(tone(0.5));
    await player.play();
    player.append(tone(0.25));
    player.append(tone(0.5));
    const [first, second, third] = playing;
    expect(second!.at - first!.at).toBeCloseTo(0.5, 9);
    expect(third!.at - second!.at).toBeCloseTo(0.25, 9);
    expect((first!.at * RATE_HZ) % 1).toBeCloseTo(0, 5);
    now = first!.at + 0.6;
    expect(player.seconds).toBeCloseTo(0.6, 9);
    expect(player.duration).toBeCloseTo(1.25, 9);
    expect(onEnd).not.toHaveBeenCalled();
    player.complete();
    third!.onended!();
    expect(onEnd).toHaveBeenCalledTimes(1);
    expect([player.isPlaying, player.seconds]).toEqual([false, 0]);
  });

  it('goes on where it was when a part came late', async () => {
    const player = make();
    player.append(tone(0.5));
    await player.play();
    now += 3;
    player.append(tone(0.5));
    expect(playing).toHaveLength(1);
    expect(playing[0]!.at).toBeGreaterThan(now);
    now = playing[0]!.at + 0.1;
    expect(player.seconds).toBeCloseTo(0.6, 9);
  });

  it('is played again from the middle after a pause', async () => {
    const player = make();
    for (let i = 0; i < 3; i++) player.append(tone(0.5));
    player.complete();
    await player.play();
    now = playing[0]!.at + 0.7;
    player.pause();
    expect(playing).toEqual([]);
    now += 60;
    expect(player.seconds).toBeCloseTo(0.7, 9);
    await player.play();
    // The first part is over.
    expect(playing.map(({ offset }) => Number(offset.toFixed(6)))).toEqual([0.2, 0]);
  });
});

describe('a sound device that has stopped', () => {
  it('is replaced, and what was playing goes on where it was', async () => {
    const player = make();
    for (let i = 0; i < 2; i++) player.append(tone(0.5));
    expect(player.clockSeconds).toBe(null);
    await player.play();
    now = playing[0]!.at + 0.7;
    expect(player.clockSeconds).toBe(now);
    await player.revive();
    expect(closed).toBe(1);
    expect(player.isPlaying).toBe(true);
    expect(playing.map(({ offset }) => Number(offset.toFixed(6)))).toEqual([0.2]);
  });

  it('plays what comes first again from its start, and only then the recording', async () => {
    const player = make();
    const done = vi.fn();
    void player.playFirst(tone(1)).then(done);
    await vi.waitFor(() => expect(playing).toHaveLength(1));
    const [first] = playing;
    await player.revive();
    first!.onended?.();
    await Promise.resolve();
    expect(done).not.toHaveBeenCalled();
    playing.at(-1)!.onended!();
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
    expect(player.clockSeconds).toBe(null);
  });
});

describe('the recording before', () => {
  it('is heard in its place at the same position and loudness', async () => {
    const player = make();
    player.append(tone(2));
    player.complete();
    await player.play();
    now = playing[0]!.at + 0.5;
    player.setBefore(tone(2, 0.1));
    const [after, before] = playing;
    expect(before!.offset).toBeCloseTo(0.5, 6);
    player.choose('a');
    expect(before!.gain!.gain.value).toBeCloseTo(3, 1);
    expect(after!.gain!.gain.value).toBe(0);
    player.choose('b');
    expect([before!.gain!.gain.value, after!.gain!.gain.value]).toEqual([0, 1]);
  });

  it('is not amplified beyond full scale', async () => {
    const player = make();
    player.append(tone(2, 0.9));
    player.complete();
    const before = tone(2, 0.05);
    before[24_000] = 0.7;
    player.setBefore(before);
    await player.play();
    player.choose('a');
    expect(playing[0]!.gain!.gain.value * 0.7).toBeLessThanOrEqual(0.981);
  });
});

it('nothing is left of it when it is closed', async () => {
  const player = make();
  const part = tone(0.5);
  player.append(part);
  player.setBefore(tone(0.5));
  await player.play();
  const buffers = playing.map(({ buffer }) => buffer!.data);
  expect(buffers.every((data) => data.some((x) => x !== 0))).toBe(true);
  player.close();
  expect([part, ...buffers].every((data) => data.every((x) => x === 0))).toBe(true);
  expect([playing.length, closed, player.duration]).toEqual([0, 1, 0]);
});
