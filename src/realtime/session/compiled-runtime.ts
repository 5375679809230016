import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Keeps the compiled WebAssembly runtime in memory. A browser compiles the same bytes once for all workers of a page, and
 * keeps its optimised code, while a reference to the module exists; without it, each new worker waits half a second for the
 * compilation and is slow at first.
 */
export function keepRuntimeCompiled(): void {
  compiled ??= WebAssembly.compileStreaming(fetch(wasm));
  // The worker that needs the runtime reports the failure.
  compiled.catch(() => (compiled = undefined));
}
