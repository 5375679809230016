/**
 * What the page may load and run. `wasm-unsafe-eval` compiles WebAssembly and allows no other code made of text. Workers from
 * blobs are those of the encoders and of the C2PA toolkit; styles in elements are those of Svelte and of the waveform.
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self' blob:",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'media-src': "'self' blob:",
  'connect-src': "'self' blob: data:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

const policy = Object.entries(CONTENT_SECURITY_POLICY)
  .map(([name, value]) => `${name} ${value}`)
  .join('; ');

/** Headers that a page needs to share memory between threads; sent with every response, including worker scripts. */
export const ISOLATION_HEADERS = {
  // For Chromium, also in a frame of a page that is not isolated.
  'Document-Isolation-Policy': 'isolate-and-require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Headers of the built app. `frame-ancestors` has no effect in a `<meta>`. */
export const HEADERS = {
  ...ISOLATION_HEADERS,
  'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
  'Permissions-Policy':
    'microphone=(self), camera=(), display-capture=(), geolocation=(), midi=(), payment=(), usb=(), serial=(), hid=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Writes the policies that may stand in a page into the built page, for hosts that send no headers of ours.
 *
 * @returns {import('vite').Plugin}
 */
export function policiesInPage() {
  return {
    name: 'policies-in-page',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
        injectTo: 'head-prepend',
      },
      { tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head-prepend' },
    ],
  };
}
