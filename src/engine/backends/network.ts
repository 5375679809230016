import { m } from '../../text/messages';
import { EngineError } from '../errors';
import type { Backend } from '../types';

/** The part of an onnxruntime tensor that the engine uses; its data may be in GPU memory. */
export interface NetworkTensor {
  readonly dims: readonly number[];
  getData(): Promise<unknown>;
  dispose(): void;
}

/** The part of an onnxruntime session that the engine uses. */
export interface NetworkSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, NetworkTensor>): Promise<Record<string, NetworkTensor>>;
}

export type MakeTensor = (data: Float32Array, dims: readonly number[]) => NetworkTensor;

/** A session and its entry in the manifest. It has no state of its own: every StreamingNetwork keeps one. */
export interface LoadedNetwork {
  session: NetworkSession;
  /** Shapes of state0, state1, ... */
  stateShapes: readonly (readonly number[])[];
  /** Output frames to drop at the start of a stream, in the network's own frames (content: 20 ms, generator: 10 ms). */
  lookAheadFrames: number;
}

/** A published network as bytes. */
export interface NetworkFile {
  bytes: ArrayBuffer;
  sha256: string;
  stateShapes: readonly (readonly number[])[];
  lookAheadFrames: number;
}

/** The networks of a conversion. */
export type NetworkFiles = Record<'content' | 'generator', NetworkFile>;

/** Networks of one onnxruntime instance; their runs share one queue. */
export type NetworkSet<Role extends string> = Record<Role, LoadedNetwork> & {
  makeTensor: MakeTensor;
  queue: RunQueue;
};

export type Networks = NetworkSet<'content' | 'generator'>;

/** The networks that hear a whole take, see src/engine/ear; `lookAheadFrames` of `earJoin` is the context it needs on both sides. */
export type EarRole = 'ear' | 'earJoin' | 'denoiser';
export type EarFiles = Record<EarRole, NetworkFile>;
export type EarNetworks = NetworkSet<EarRole>;

/** The networks of a conversion on one backend. */
export interface OpenedBackend {
  backend: Backend;
  networks: Networks;
  dispose(): Promise<void>;
}

/** Runs tasks one after another: onnxruntime-web allows only one run at a time, across all sessions. */
export class RunQueue {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** A network with the state of one stream: each run's `stateNOut` is the next run's `stateN`. Networks without states take whole recordings. */
export class StreamingNetwork {
  private readonly network: LoadedNetwork;
  private readonly makeTensor: MakeTensor;
  private readonly queue: RunQueue;
  private readonly state = new Map<string, NetworkTensor>();
  private toDrop: number;

  /** Throws `network-corrupt` if the session's inputs and outputs do not match `stateShapes`. */
  constructor(network: LoadedNetwork, makeTensor: MakeTensor, queue: RunQueue) {
    this.network = network;
    this.makeTensor = makeTensor;
    this.queue = queue;
    this.toDrop = network.lookAheadFrames;
    const names = network.session.inputNames.filter((name) => /^state\d+$/.test(name));
    const isConsistent =
      names.length === network.stateShapes.length &&
      network.stateShapes.every(
        (_, i) => names.includes(`state${i}`) && network.session.outputNames.includes(`state${i}Out`),
      );
    if (!isConsistent) throw networkCorrupt(m.engine_network_state());
    network.stateShapes.forEach((shape, i) => {
      const size = shape.reduce((product, n) => product * n, 1);
      this.state.set(`state${i}`, makeTensor(new Float32Array(size), shape));
    });
  }

  /** Runs one block. Every input is [data, dims]; returns the data of the named outputs. Rejects with `network-corrupt`. */
  async run(
    inputs: Record<string, readonly [Float32Array, readonly number[]]>,
    outputs: readonly string[],
  ): Promise<Float32Array[]> {
    return this.queue.run(async () => {
      const feeds: Record<string, NetworkTensor> = Object.fromEntries(this.state);
      for (const [name, [data, dims]] of Object.entries(inputs)) feeds[name] = this.makeTensor(data, dims);
      const results = await this.network.session.run(feeds);
      const data: Float32Array[] = [];
      for (const name of outputs) {
        const values = await results[name]?.getData();
        if (!(values instanceof Float32Array)) throw networkCorrupt(m.engine_network_output({ name }));
        data.push(values);
      }
      this.replaceState(results);
      return data;
    });
  }

  /** Returns how many of `frames` new output frames must be dropped as look-ahead, and counts them as dropped. */
  takeLookAhead(frames: number): number {
    const dropped = Math.min(this.toDrop, frames);
    this.toDrop -= dropped;
    return dropped;
  }

  dispose(): void {
    for (const tensor of this.state.values()) tensor.dispose();
    this.state.clear();
  }

  private replaceState(results: Record<string, NetworkTensor>): void {
    for (const [name, old] of this.state) {
      const next = results[`${name}Out`];
      if (!next) throw networkCorrupt(m.engine_network_output({ name: `${name}Out` }));
      old.dispose();
      this.state.set(name, next);
    }
  }
}

/** `why`: a clause in the language shown. */
export function networkCorrupt(why: string, cause?: unknown): EngineError {
  return new EngineError('network-corrupt', m.engine_network({ why }), { cause });
}
