import type { C2paSdk } from '@contentauth/c2pa-web';
import wasmSrc from '@contentauth/c2pa-web/resources/c2pa.wasm?url';

/**
 * Runs `task` with the C2PA toolkit, which is fetched (8 MB) when it is first needed and keeps a worker of its own
 * only as long as the task lasts.
 */
export async function withC2pa<T>(task: (sdk: C2paSdk) => Promise<T>): Promise<T> {
  const { createC2pa } = await import('@contentauth/c2pa-web');
  const sdk = await createC2pa({
    wasmSrc,
    // No list of trusted signers is fetched: what is checked is that nothing was changed since it was signed.
    settings: { verify: { verifyTrust: false, verifyAfterReading: true } },
  });
  try {
    return await task(sdk);
  } finally {
    sdk.dispose();
  }
}
