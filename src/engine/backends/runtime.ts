import { networkRtf } from '../benchmark';
import { canShareMemory } from '../../dsp/shared-memory';
import { EngineError } from '../errors';
import { mayHaveGpu, requestGpuDevice } from './gpu';
import type { NetworkFiles, Networks, OpenedBackend } from './network';
import { openGpu, openWasm } from './ort';
import type { Backend } from '../types';

const MAX_THREADS = 4;

export type Rtf = Partial<Record<Backend, number>>;

export interface RuntimeOptions {
  backend: Backend | 'auto';
  threads?: number | undefined;
  /** For tests: software emulation of a GPU is slower than WebAssembly. */
  allowSoftwareGpu?: boolean | undefined;
  /** Speeds that an earlier start measured on this device with these networks. */
  measured?: Rtf | undefined;
}

/** Opens the networks on each backend; `webgpu` resolves with undefined if there is no GPU. */
export interface Openers {
  wasm(): Promise<OpenedBackend>;
  webgpu(): Promise<OpenedBackend | undefined>;
}

/** The networks on the faster backend of this device; reopens them if the GPU is lost. */
export class Runtime {
  private hasReopenedGpu = false;

  private constructor(
    private readonly openers: Openers,
    private current: OpenedBackend,
    readonly rtf: Rtf,
  ) {}

  /** `auto` takes the backend with the lower real-time factor, and measures both unless `measured` has them. */
  static async start(openers: Openers, { backend, measured = {} }: RuntimeOptions): Promise<Runtime> {
    const rtf = { ...measured };
    if (backend === 'auto' && rtf.wasm !== undefined && rtf.webgpu !== undefined) {
      backend = rtf.webgpu < rtf.wasm ? 'webgpu' : 'wasm';
    }
    const gpu = backend === 'wasm' ? undefined : await measure(await tryGpu(openers), rtf);
    if (gpu && backend === 'webgpu') return new Runtime(openers, gpu, rtf);
    const wasm = (await measure(await openers.wasm(), rtf))!;
    if (!gpu) return new Runtime(openers, wasm, rtf);
    const [faster, slower] = rtf.webgpu! < rtf.wasm! ? [gpu, wasm] : [wasm, gpu];
    await slower.dispose();
    return new Runtime(openers, faster, rtf);
  }

  get backend(): Backend {
    return this.current.backend;
  }

  get networks(): Networks {
    return this.current.networks;
  }

  /** Runs `task` on the networks; restarts it if their GPU is lost while it runs. */
  async run<T>(task: (networks: Networks, backend: Backend) => Promise<T>): Promise<T> {
    for (;;) {
      const { networks, backend } = this.current;
      try {
        return await task(networks, backend);
      } catch (error) {
        if (!isGpuLost(error)) throw error;
        await this.recover(networks);
      }
    }
  }

  /** After the first loss opens a new GPU device, after the second WebAssembly. Does nothing if another task has recovered already. */
  private async recover(failed: Networks): Promise<void> {
    if (this.current.networks !== failed) return;
    const lost = this.current;
    const reopened = this.hasReopenedGpu ? undefined : await tryGpu(this.openers);
    this.hasReopenedGpu = true;
    this.current = reopened ?? (await this.openers.wasm());
    await lost.dispose();
  }

  dispose(): Promise<void> {
    return this.current.dispose();
  }
}

function isGpuLost(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'gpu-lost';
}

/** Opens the networks in this browser's WebAssembly and WebGPU. */
export function browserOpeners(files: NetworkFiles, options: RuntimeOptions): Openers {
  const threads = threadCount(options.threads);
  return {
    wasm: () => openWasm(files, threads),
    async webgpu() {
      if (options.backend === 'auto' && !mayHaveGpu()) return undefined;
      const device = await requestGpuDevice(options.allowSoftwareGpu ?? false);
      return device && openGpu(files, device);
    },
  };
}

/** Number of WebAssembly threads: 1 where memory cannot be shared. */
export function threadCount(asked?: number): number {
  if (!canShareMemory()) return 1;
  return Math.max(1, asked ?? Math.min(MAX_THREADS, navigator.hardwareConcurrency));
}

/** A GPU that fails to open is treated as missing, because WebAssembly can do the same. */
async function tryGpu(openers: Openers): Promise<OpenedBackend | undefined> {
  return openers.webgpu().catch(() => undefined);
}

/** Adds the backend's real-time factor to `rtf` unless it is known. Returns undefined if the GPU is lost meanwhile. */
async function measure(opened: OpenedBackend | undefined, rtf: Rtf): Promise<OpenedBackend | undefined> {
  if (!opened || rtf[opened.backend] !== undefined) return opened;
  try {
    rtf[opened.backend] = await networkRtf(opened.networks);
    return opened;
  } catch (error) {
    await opened.dispose();
    if (isGpuLost(error)) return undefined;
    throw error;
  }
}
