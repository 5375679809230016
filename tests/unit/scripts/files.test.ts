import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compressFolder } from '../../../scripts/compress.mjs';
import { policiesInPage } from '../../../scripts/headers.mjs';
import { serve } from '../../../scripts/serve.mjs';

const SCRIPT = 'export const answer = 42;\n'.repeat(200);

let folder: string;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-files-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'app.js'), SCRIPT);
  await writeFile(join(folder, 'late.js'), SCRIPT);
  await compressFolder(folder);
  await utimes(join(folder, 'late.js'), new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
  server = await serve({ root: folder });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function get(path: string, accepted = '') {
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request(server.url + path, { headers: { 'accept-encoding': accepted } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the server', () => {
  it('sends policies with the page and with scripts, which workers have their own from', async () => {
    for (const path of ['', 'app.js']) {
      const { headers } = await get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': expect.stringMatching(/microphone=\(self\), camera=\(\)/) as string,
        'content-security-policy': expect.stringMatching(/script-src 'self' 'wasm-unsafe-eval';/) as string,
      });
      expect(headers['content-security-policy']).not.toMatch(/'unsafe-eval'|script-src[^;]*'unsafe-inline'/);
    }
  });

  it('sends what was compressed at build time: Brotli, else gzip, else the file itself', async () => {
    const brotli = await get('app.js', 'gzip, br');
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(brotliDecompressSync(brotli.body).toString()).toBe(SCRIPT);
    const zipped = await get('app.js', 'gzip');
    expect(zipped.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': `${zipped.body.length}`,
    });
    expect(gunzipSync(zipped.body).toString()).toBe(SCRIPT);
    const plain = await get('app.js');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.body.toString()).toBe(SCRIPT);
  });

  it('sends no version that is older than its file', async () => {
    const { headers, body } = await get('late.js', 'br, gzip');
    expect(headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(body).toString()).toBe(SCRIPT);
  });
});

it('the built page itself has the policies, for hosts that send none', () => {
  const tags = (
    policiesInPage().transformIndexHtml as unknown as () => { attrs: Record<string, string> }[]
  )();
  expect(tags.map(({ attrs }) => attrs)).toEqual([
    {
      'http-equiv': 'Content-Security-Policy',
      content: expect.stringMatching(/script-src 'self' 'wasm-unsafe-eval';/) as string,
    },
    { name: 'referrer', content: 'no-referrer' },
  ]);
});
