import { Converter, type Library } from '../../../src/engine/converter';
import { PublishedFiles } from '../../../src/files/published';
import type { VoiceSource } from '../../../src/engine/voice-source';
import { fakeNetworks } from './fake-networks';

export const BASE = 'https://example.test/models/';
/** Published files without any voice. */
export const NOTHING = new PublishedFiles(
  { version: 2, sampleRateHz: 24000, analysisRateHz: 16000, hopSamples: 240, files: [] },
  new Map(),
);
const NETWORK = { bytes: new ArrayBuffer(0), sha256: 'a', stateShapes: [], lookAheadFrames: 1 };

/** A converter with fake networks and these voices, loaded. Mock `src/engine/backends/ort` where it is used. */
export async function loadedConverter(voices: VoiceSource): Promise<Converter> {
  const library: Library = {
    load: async () => ({ networks: { content: NETWORK, generator: NETWORK }, voices }),
    readNote: async () => undefined,
    writeNote: async () => undefined,
  };
  const opened = { backend: 'wasm' as const, networks: fakeNetworks(), dispose: async () => undefined };
  const made = new Converter(
    async () => library,
    () => ({ wasm: async () => opened, webgpu: async () => undefined }),
  );
  await made.load({ baseUrl: BASE, backend: 'wasm' }, () => undefined);
  return made;
}
