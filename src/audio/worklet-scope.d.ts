/** The audio worklet's global scope, which TypeScript's libraries leave out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
/** Seconds of the context's clock at the start of the block that is being processed. */
declare const currentTime: number;
