import { networkRtf } from '../benchmark';
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
  /** For tests: a GPU made of software is slower than plain WebAssembly. */
  allowSoftwareGpu?: boolean | undefined;
  /** What an earlier start measured here with these networks. */
  measured?: Rtf | undefined;
}

/** How the two kinds of networks are opened; undefined where there is no GPU. */
export interface Openers {
  wasm(): Promise<OpenedBackend>;
  webgpu(): Promise<OpenedBackend | undefined>;
}

/** The networks on the backend that is faster here, and how to go on when a GPU is lost. */
export class Runtime {
  private recreated = false;

  private constructor(
    private readonly openers: Openers,
    private current: OpenedBackend,
    readonly rtf: Rtf,
  ) {}

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

  /** Runs `task` on the networks, and once more from its beginning whenever their GPU is lost meanwhile. */
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

  /** A new device once, WebAssembly after that. Does nothing where another task has recovered already. */
  private async recover(failed: Networks): Promise<void> {
    if (this.current.networks !== failed) return;
    const lost = this.current;
    const again = this.recreated ? undefined : await tryGpu(this.openers);
    this.recreated = true;
    this.current = again ?? (await this.openers.wasm());
    await lost.dispose();
  }

  dispose(): Promise<void> {
    return this.current.dispose();
  }
}

function isGpuLost(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'gpu-lost';
}

/** WebAssembly and WebGPU as this browser has them. */
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

/** Threads need shared memory, which only an isolated page has. */
export function threadCount(asked?: number): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, asked ?? Math.min(MAX_THREADS, navigator.hardwareConcurrency));
}

/** A GPU that cannot be opened is a GPU that is not there: WebAssembly can do everything. */
async function tryGpu(openers: Openers): Promise<OpenedBackend | undefined> {
  return openers.webgpu().catch(() => undefined);
}

/** Adds to `rtf` unless it is known. Undefined for a GPU that fails at it. */
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
