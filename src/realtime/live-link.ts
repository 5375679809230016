import type { LiveLink, LiveSource } from './live-types';
import { LiveStats } from './live-stats';
import { Ring } from './ring';

/** The message that starts a worklet of the live chain. */
export interface LiveOpening {
  ring: SharedArrayBuffer | ArrayBuffer;
  stats: SharedArrayBuffer | ArrayBuffer;
  /** Only where memory cannot be shared. */
  port?: MessagePort;
  /** Sample rate of the context. */
  sampleRateHz: number;
  /** Sample rate of the samples in the ring. */
  ringRateHz: number;
  /** Target for the lowest level of the playback queue. */
  marginMs: number;
}

/** Samples sent through a port, with a copy of the statistics at their sender. */
export interface LiveBatch {
  samples: Float32Array<ArrayBuffer>;
  stats: Float64Array;
}

/** What the worker is sent to take part in the chain: rings in shared memory, or ports. */
export type LiveEnds = { sampleRateHz: number } & (
  | { input: SharedArrayBuffer; output: SharedArrayBuffer; stats: SharedArrayBuffer }
  | { input: MessagePort; output: MessagePort }
);

const LOCAL_RING_SECONDS = 1;

/** Opens the worker's ends, rings or ports, behind one interface. */
export function openLink(ends: LiveEnds): LiveLink {
  return 'stats' in ends ? openShared(ends) : openPorts(ends);
}

function openShared(ends: Extract<LiveEnds, { stats: SharedArrayBuffer }>): LiveLink {
  const input = new Ring(ends.input);
  const output = new Ring(ends.output);
  const stats = new LiveStats(ends.stats);
  return {
    sampleRateHz: ends.sampleRateHz,
    source: ringSource(input, async (timeoutMs) => input.waitForMore(input.end, timeoutMs)),
    meters: stats,
    write: (samples) => {
      if (output.write(samples) < samples.length) stats.add('overruns', 1);
    },
    close: () => undefined,
  };
}

function openPorts(ends: Extract<LiveEnds, { output: MessagePort }>): LiveLink {
  const { input, output, sampleRateHz } = ends;
  const ring = new Ring(Ring.memory(LOCAL_RING_SECONDS * sampleRateHz, false));
  const stats = new LiveStats();
  const spare: ArrayBuffer[] = [];
  let wake: () => void = () => undefined;
  input.onmessage = ({ data }: MessageEvent<LiveBatch>) => {
    stats.copyFrom(data.stats, 'originSeconds', 'inputPeak');
    ring.write(data.samples);
    input.postMessage(data.samples.buffer, [data.samples.buffer]);
    wake();
  };
  output.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => void spare.push(data);
  return {
    sampleRateHz,
    source: ringSource(
      ring,
      (timeoutMs) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        }),
    ),
    meters: stats,
    write: (samples) => {
      const used = spare.pop();
      const copy =
        used?.byteLength === samples.byteLength ? new Float32Array(used) : new Float32Array(samples.length);
      copy.set(samples);
      output.postMessage({ samples: copy, stats: stats.snapshot() }, [copy.buffer]);
    },
    close: () => {
      input.close();
      output.close();
    },
  };
}

function ringSource(ring: Ring, wait: LiveSource['wait']): LiveSource {
  return {
    get available() {
      return ring.available;
    },
    wait,
    read: (into) => ring.read(into),
    skip: (count) => ring.skip(count),
  };
}
