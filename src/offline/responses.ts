/** As scripts/headers.mjs sends them: what a page needs to share memory between threads. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** They describe the bytes as they were sent; a script reads them decoded. */
const OF_THE_TRANSFER = ['content-encoding', 'content-length', 'transfer-encoding', 'vary'];

/** A response with the headers for isolation. One that was redirected becomes one that a navigation may be answered with. */
export function isolated(response: Response): Response {
  // An error, or of another origin: nothing can be changed.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** A whole response of these bytes, to be kept. */
export function kept(bytes: BlobPart, from: Response): Response {
  const headers = new Headers(from.headers);
  for (const name of OF_THE_TRANSFER) headers.delete(name);
  const blob = new Blob([bytes]);
  headers.set('Content-Length', String(blob.size));
  return new Response(blob, { headers });
}

/**
 * What a header `Range` asks of a whole response, which players of sound need; the whole where the range is of another form, as
 * the standard says.
 */
export async function partOf(whole: Response, range: string | null): Promise<Response> {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return whole;
  const blob = await whole.blob();
  const [, first, last] = match;
  const start = first === '' ? Math.max(0, blob.size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? blob.size - 1 : Math.min(blob.size - 1, Number(last));
  const headers = new Headers(whole.headers);
  if (start > end) {
    headers.set('Content-Range', `bytes */${blob.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('Content-Range', `bytes ${start}-${end}/${blob.size}`);
  headers.set('Content-Length', String(end - start + 1));
  return new Response(blob.slice(start, end + 1), { status: 206, headers });
}
