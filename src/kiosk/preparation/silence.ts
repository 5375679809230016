import { DEFAULT_CONTROLS } from '../../engine/types';
import type { ConversionClient } from '../../services/conversion-client.svelte';
import type { Scope } from '../../services/scope';

const SECONDS = 2;
const RATE_HZ = 16000;

/** Converts silence: the networks have then run once, and their memory holds nothing of what they converted last. Ends with the scope. */
export async function convertSilence(
  converter: ConversionClient,
  voiceId: string,
  scope: Scope,
): Promise<void> {
  const controller = new AbortController();
  const forget = scope.own(() => controller.abort());
  try {
    await converter.convert({
      samples: new Float32Array(SECONDS * RATE_HZ),
      sampleRateHz: RATE_HZ,
      voiceId,
      controls: DEFAULT_CONTROLS,
      ear: 'auto',
      signal: controller.signal,
      onProgress: () => undefined,
      // In the same blocks as what visitors say.
      onSamples: () => undefined,
    });
  } finally {
    forget();
  }
}
