import { describe, expect, it } from 'vitest';
import { ISOLATION_HEADERS } from '../../../scripts/headers.mjs';
import { Answerer } from '../../../src/offline/answers';
import { Keeper } from '../../../src/offline/keeper';
import { isolated, ISOLATION, partOf } from '../../../src/offline/responses';
import { host, MemoryCache, SCOPE, SHELL, SOUND, WHOLE } from './files';

function request(path: string, { mode = 'cors', method = 'GET', range = '' } = {}): Request {
  const headers = new Headers(range ? { range } : {});
  // Node refuses to make a navigation.
  return { url: SCOPE + path, mode, method, headers } as unknown as Request;
}

const navigation = (path: string) => request(path, { mode: 'navigate' });

async function answererAt(atFirst: Record<string, string>, later: Record<string, string>) {
  const cache = new MemoryCache();
  let files = host(atFirst);
  const fetch = ((input: RequestInfo | URL) => files.fetch(input)) as typeof globalThis.fetch;
  const keeper = new Keeper(SHELL, async () => cache, fetch);
  await keeper.keepAll(SHELL.files).catch(() => undefined);
  files = host(later);
  const network = async ({ url }: Request) => {
    const response = await files.fetch(url);
    if (response.status === 404) throw new TypeError('no network');
    return response;
  };
  const earlier = async (address: string) => cache.match(`${address}?kept=earlier`);
  return { answerer: new Answerer(SHELL, keeper, network, earlier), cache, asked: () => files.asked };
}

describe('answering a page', () => {
  it('needs no network for what is kept, and makes every answer isolated', async () => {
    const { answerer, asked } = await answererAt(WHOLE, {});
    for (const each of [
      navigation(''),
      navigation('index.html'),
      navigation('?a=1'),
      request('assets/index-1.js'),
    ]) {
      const response = (await answerer.answer(each))!;
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
    expect(asked()).toEqual([]);
  });

  it('leaves networks, exhibits, other methods and other places to the browser', async () => {
    const { answerer } = await answererAt(WHOLE, WHOLE);
    for (const path of ['models/content.onnx', 'models/manifest.json', 'exhibit.json', 'staff-reset.json'])
      expect(answerer.answer(request(path))).toBeUndefined();
    expect(answerer.answer(request('sample/sample.wav', { method: 'PUT' }))).toBeUndefined();
    expect(answerer.answer({ ...request(''), url: 'https://example.test/a/other' })).toBeUndefined();
  });

  it('gives parts of sounds', async () => {
    const { answerer } = await answererAt(WHOLE, {});
    const response = (await answerer.answer(request(SOUND.url, { range: 'bytes=2-4' })))!;
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(await response.text()).toBe('cde');
  });

  it('repairs a cache that has lost the script of the page', async () => {
    const { answerer, cache } = await answererAt(WHOLE, WHOLE);
    cache.rows.clear();
    expect(await (await answerer.answer(navigation('')))!.text()).toBe('<html>');
    expect(cache.rows.size).toBe(2);
  });

  it('gives the page of the network where the cache is lost and the host has another version', async () => {
    const { answerer, cache } = await answererAt(WHOLE, { '': '<html> 2', 'index.html': '<html> 2' });
    cache.rows.clear();
    const response = (await answerer.answer(navigation('')))!;
    expect(await response.text()).toBe('<html> 2');
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  it('fails once, without a loop, where neither is to be had', async () => {
    const { answerer, cache } = await answererAt(WHOLE, {});
    cache.rows.clear();
    await expect(answerer.answer(navigation(''))).rejects.toThrow(/no network/);
  });

  it('gives tabs of an earlier version its scripts', async () => {
    const { answerer, cache } = await answererAt(WHOLE, {});
    cache.rows.set(`${SCOPE}assets/old-1.js?kept=earlier`, new Response('old()'));
    expect(await (await answerer.answer(request('assets/old-1.js')))!.text()).toBe('old()');
    await expect(answerer.answer(request('assets/unknown.js'))).rejects.toThrow();
  });
});

it('the headers are those of our server', () => {
  expect(ISOLATION_HEADERS).toMatchObject(ISOLATION);
  expect(Object.keys(ISOLATION_HEADERS).filter((name) => name.startsWith('Cross-Origin'))).toEqual(
    Object.keys(ISOLATION),
  );
});

it('an answer without content stays one', () => {
  expect(isolated(new Response(null, { status: 204 })).status).toBe(204);
  const failed = Response.error();
  expect(isolated(failed)).toBe(failed);
});

it.each([
  ['bytes=0-', 206, 'abcdefghij'],
  ['bytes=-3', 206, 'hij'],
  ['bytes=8-99', 206, 'ij'],
  ['bytes=20-', 416, ''],
  ['bytes=-', 200, 'abcdefghij'],
  ['bytes=0-1,4-5', 200, 'abcdefghij'],
])('a range %s is answered with %i', async (range, status, text) => {
  const response = await partOf(new Response('abcdefghij'), range);
  expect(response.status).toBe(status);
  expect(await response.text()).toBe(text);
});
