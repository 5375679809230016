import type * as Ort from 'onnxruntime-web';
import gpuMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import gpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { m } from '../../text/messages';
import { EngineError, describeCause } from '../errors';
import type { GpuDevice } from './gpu';
import {
  networkCorrupt,
  RunQueue,
  type EarFiles,
  type EarNetworks,
  type LoadedNetwork,
  type NetworkFile,
  type NetworkFiles,
  type NetworkSession,
  type NetworkSet,
  type OpenedBackend,
} from './network';

/** Opens both networks in WebAssembly. onnxruntime-web reads `threads` at the first call only. */
export async function openWasm(files: NetworkFiles, threads: number): Promise<OpenedBackend> {
  const { networks, dispose } = await openAllWasm({ ...files }, threads);
  return { backend: 'wasm', networks, dispose };
}

/** Opens the networks of enrolment, in WebAssembly. */
export async function openEnrolment<Role extends string>(
  files: Record<Role, NetworkFile>,
  threads: number,
): Promise<NetworkSet<Role>> {
  return (await openAllWasm(files, threads)).networks;
}

/**
 * Opens the ear, always in WebAssembly: its int8 products have no kernel for WebGPU. Where the conversion runs in WebAssembly too, both
 * share one onnxruntime.
 */
export async function openEar(files: EarFiles, threads: number): Promise<EarNetworks> {
  return (await openAllWasm(files, threads)).networks;
}

/** Of all sessions in WebAssembly. */
const wasmQueue = new RunQueue();

async function openAllWasm<K extends string>(files: Record<K, NetworkFile>, threads: number) {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.wasmPaths = { wasm, mjs: wasmMjs };
  ort.env.wasm.numThreads = threads;
  const fail = (cause: unknown) =>
    new EngineError('runtime-failed', m.engine_stopped({ why: describeCause(cause) }), { cause });
  return open(
    ort,
    files,
    () => ({ executionProviders: ['wasm'] }),
    (session) => ({
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: (feeds) =>
        session
          .run(feeds as Ort.InferenceSession.FeedsType)
          .catch((cause: unknown) => Promise.reject(fail(cause))),
    }),
    wasmQueue,
  );
}

/** Opens both networks on a GPU. Runs reject with `gpu-lost` when the device is lost or fails. */
export async function openGpu(files: NetworkFiles, device: GpuDevice): Promise<OpenedBackend> {
  const ort = await import('onnxruntime-web/webgpu');
  ort.env.wasm.wasmPaths = { wasm: gpuWasm, mjs: gpuMjs };
  ort.env.wasm.numThreads = 1;
  const lossGuard = new LossGuard(device);
  // States stay on the GPU, because copying them to the CPU and back takes milliseconds; other outputs are copied.
  const states = (file: NetworkFile) =>
    Object.fromEntries(file.stateShapes.map((_, i) => [`state${i}Out`, 'gpu-buffer' as const]));
  const opened = await open(
    ort,
    { ...files },
    (file) => ({
      executionProviders: [{ name: 'webgpu', device }],
      preferredOutputLocation: states(file),
    }),
    (session) => ({
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: (feeds) => lossGuard.run(() => session.run(feeds as Ort.InferenceSession.FeedsType)),
    }),
    new RunQueue(),
  );
  return {
    ...opened,
    backend: 'webgpu',
    async dispose() {
      await opened.dispose();
      device.destroy();
    },
  };
}

async function open<K extends string>(
  ort: typeof Ort,
  files: Record<K, NetworkFile>,
  optionsFor: (file: NetworkFile) => Ort.InferenceSession.SessionOptions,
  wrap: (session: Ort.InferenceSession) => NetworkSession,
  queue: RunQueue,
): Promise<{ networks: NetworkSet<K>; dispose: () => Promise<void> }> {
  const sessions: Ort.InferenceSession[] = [];
  const load = async (file: NetworkFile): Promise<LoadedNetwork> => {
    const session = await ort.InferenceSession.create(new Uint8Array(file.bytes), optionsFor(file));
    sessions.push(session);
    return { session: wrap(session), stateShapes: file.stateShapes, lookAheadFrames: file.lookAheadFrames };
  };
  const dispose = async () => {
    // Releasing a session on a lost device may fail; its memory is already free.
    for (const session of sessions) await session.release().catch(() => undefined);
  };
  try {
    const loaded: [string, LoadedNetwork][] = [];
    for (const role of Object.keys(files) as K[]) loaded.push([role, await load(files[role])]);
    const networks = {
      ...(Object.fromEntries(loaded) as Record<K, LoadedNetwork>),
      makeTensor: (data: Float32Array, dims: readonly number[]) => new ort.Tensor('float32', data, dims),
      queue,
    };
    return { networks, dispose };
  } catch (cause) {
    await dispose();
    throw networkCorrupt(describeCause(cause), cause);
  }
}

/** Rejects the pending run and all later runs with `gpu-lost` once the device is lost; any other failure of a run becomes `gpu-lost` too. */
class LossGuard {
  private lost: EngineError | undefined;
  private reject: ((error: EngineError) => void) | undefined;

  constructor(device: GpuDevice) {
    void device.lost.then(({ message }) => {
      this.lost = gpuLost(message);
      this.reject?.(this.lost);
    });
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(this.lost);
      this.reject = reject;
      task().then(resolve, (cause: unknown) => reject(this.lost ?? gpuLost(describeCause(cause))));
    });
  }
}

function gpuLost(why: string): EngineError {
  return new EngineError('gpu-lost', m.engine_gpu_lost({ why }));
}
