/** Globals of AudioWorkletGlobalScope, which TypeScript's libraries lack. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
/** Context time in seconds at the start of the block being processed. */
declare const currentTime: number;
