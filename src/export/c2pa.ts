import type { C2paSdk } from '@contentauth/c2pa-web';
import wasmSrc from '@contentauth/c2pa-web/resources/c2pa.wasm?url';

/**
 * Runs `task` with the C2PA toolkit. It is fetched (8 MB) when first needed, and its worker ends with the task.
 */
export async function withC2pa<T>(task: (sdk: C2paSdk) => Promise<T>): Promise<T> {
  const { createC2pa } = await import('@contentauth/c2pa-web');
  const sdk = await createC2pa({
    wasmSrc,
    // No trust list is fetched: the check is only that nothing was changed after signing.
    settings: { verify: { verifyTrust: false, verifyAfterReading: true } },
  });
  try {
    return await task(sdk);
  } finally {
    sdk.dispose();
  }
}
