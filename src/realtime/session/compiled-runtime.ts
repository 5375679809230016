import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Holds the compiled code of the WebAssembly runtime. A browser compiles the same bytes once for all workers of a page
 * as long as somebody holds the outcome, what it has optimised while they ran included; without this, each worker that
 * starts anew waits half a second for it and is slow at first.
 */
export function keepRuntimeCompiled(): void {
  compiled ??= WebAssembly.compileStreaming(fetch(wasm));
  // Where that fails, the worker that needs the runtime says so.
  compiled.catch(() => (compiled = undefined));
}
