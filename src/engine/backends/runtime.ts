import { ContentEncoder } from '../content';
import { EngineError } from '../errors';
import { Generator } from '../generator';
import { mayHaveGpu, requestGpuDevice } from './gpu';
import type { Networks } from './network';
import { openGpu, openWasm, type NetworkFiles, type OpenNetworks } from './ort';
import { BANDS, CODE_SIZE, CODES_PER_SECOND, FRAMES_PER_CODE, TIMBRE_BANDS } from '../shapes';
import type { Backend } from '../types';

const MEASURED_CODES = 25;
const MEASURED_SECONDS = MEASURED_CODES / CODES_PER_SECOND;
const MEASURED_RUNS = 12;
/** What is so slow that fewer runs take as long is known well enough. */
const MEASURING_MS = 2000;
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
  wasm(): Promise<OpenNetworks>;
  webgpu(): Promise<OpenNetworks | undefined>;
}

/** The networks on the backend that is faster here, and how to go on when a GPU is lost. */
export class Runtime {
  private recreated = false;

  private constructor(
    private readonly openers: Openers,
    private current: OpenNetworks,
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

  /** After `gpu-lost` on `failed`: a new device once, WebAssembly after that. */
  async recover(failed: Networks): Promise<void> {
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
async function tryGpu(openers: Openers): Promise<OpenNetworks | undefined> {
  return openers.webgpu().catch(() => undefined);
}

/** Adds to `rtf` unless it is known. Undefined for a GPU that fails at it. */
async function measure(opened: OpenNetworks | undefined, rtf: Rtf): Promise<OpenNetworks | undefined> {
  if (!opened || rtf[opened.backend] !== undefined) return opened;
  try {
    rtf[opened.backend] = await secondsPerSecond(opened.networks);
    return opened;
  } catch (error) {
    await opened.dispose();
    if (error instanceof EngineError && error.code === 'gpu-lost') return undefined;
    throw error;
  }
}

async function secondsPerSecond(networks: Networks): Promise<number> {
  const frames = MEASURED_CODES * FRAMES_PER_CODE;
  const filled = (size: number, value: () => number) => Float32Array.from({ length: size }, value);
  const content = new ContentEncoder(networks);
  const generator = new Generator(networks, { embedding: new Float32Array(CODE_SIZE) });
  const logMel = filled(frames * BANDS, () => -8 * Math.random());
  const heard = {
    contentCodes: filled(MEASURED_CODES * CODE_SIZE, () => Math.random() - 0.5),
    timbre: filled(MEASURED_CODES * TIMBRE_BANDS, () => Math.random()),
    f0Hz: filled(frames, () => 150),
    voiced: filled(frames, () => 1),
    loudnessDb: filled(frames, () => -30),
    logMel,
  };
  const run = async () => {
    await content.push(logMel);
    await generator.push(heard);
  };
  // The first run compiles shaders and warms caches; the browser compiles WebAssembly better during the next ones.
  await run();
  let best = Infinity;
  const endMs = performance.now() + MEASURING_MS;
  let runs = 0;
  do {
    const startedMs = performance.now();
    await run();
    best = Math.min(best, (performance.now() - startedMs) / 1000 / MEASURED_SECONDS);
  } while (++runs < MEASURED_RUNS && performance.now() < endMs);
  content.dispose();
  generator.dispose();
  return best;
}
