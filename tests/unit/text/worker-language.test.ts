import { expose } from 'comlink';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCALES } from '../../../src/files/exhibit/locales';
import { language, needTextsInAll } from '../../../src/services/locale.svelte';
import { Scope } from '../../../src/services/scope';
import { WorkerClient } from '../../../src/services/worker-client';

interface Api {
  word(): string;
  fail(): void;
}

/** What runs in each worker, and what it receives. */
let api: Api;
let received: EventTarget;

/** Over a real message channel; its modules are others than those of the page. */
class OtherThread extends EventTarget {
  private readonly channel = new MessageChannel();

  constructor() {
    super();
    const { port1, port2 } = this.channel;
    expose(api, port1);
    port1.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
      received.dispatchEvent(new MessageEvent('message', { data })),
    );
    port2.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
      this.dispatchEvent(new MessageEvent('message', { data })),
    );
    port2.start();
  }

  postMessage(message: unknown, transfer: Transferable[] = []) {
    this.channel.port2.postMessage(message, transfer);
  }

  terminate() {
    this.channel.port1.close();
    this.channel.port2.close();
  }
}

const clients: WorkerClient<Api>[] = [];

function open() {
  let worker!: OtherThread;
  class Kept extends OtherThread {
    constructor() {
      super();
      // eslint-disable-next-line @typescript-eslint/no-this-alias -- The client makes the worker itself.
      worker = this;
    }
  }
  const client = new WorkerClient<Api>(new Scope(), Kept as unknown as new () => Worker);
  clients.push(client);
  return { client, worker };
}

beforeEach(async () => {
  received = new EventTarget();
  vi.resetModules();
  vi.stubGlobal('addEventListener', received.addEventListener.bind(received));
  const [{ followPageLanguage }, { m }, { throwIfCancelled }] = await Promise.all([
    import('../../../src/text/worker-language'),
    import('../../../src/text/messages'),
    import('../../../src/engine/errors'),
  ]);
  followPageLanguage();
  api = { word: m.audio_codec_unknown, fail: () => throwIfCancelled(AbortSignal.abort()) };
});

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
  language.exhibit = null;
  language.user = 'en';
  vi.unstubAllGlobals();
});

describe('the messages of a worker', () => {
  it('are those of the page once they are fetched, and follow it', async () => {
    language.user = 'de';
    const { client } = open();
    await expect.poll(() => client.api.word()).toBe('unbekannt');
    language.exhibit = 'fr';
    await expect.poll(() => client.api.word()).toBe('inconnu');
    language.exhibit = null;
    await expect.poll(() => client.api.word()).toBe('unbekannt');
  });

  it('are fetched in advance in all languages that a page may not request later', async () => {
    await needTextsInAll(['shell']);
    const { hasTexts } = await import('../../../src/text/messages');
    open();
    for (const locale of LOCALES) await expect.poll(() => hasTexts(locale, ['shell'])).toBe(true);
  });

  it('are English where the page has not said anything', () => {
    expect(api.word()).toBe('unknown');
  });

  it('are those of its errors, which keep their name', async () => {
    language.user = 'es';
    const { client } = open();
    await expect.poll(() => client.api.word()).toBe('desconocido');
    await expect(client.api.fail()).rejects.toMatchObject({
      name: 'cancelled',
      message: expect.stringMatching(/^Se canceló la conversión\./) as string,
    });
  });

  it.each([{ language: 'xx' }, { language: 3 }, { language: null }, {}, null, 'de', undefined])(
    'stay as they are for what names no language: %j',
    async (message) => {
      language.user = 'nl';
      const { client, worker } = open();
      worker.postMessage(message);
      await expect.poll(() => client.api.word()).toBe('onbekend');
    },
  );

  it('are left alone once the page has ended the worker', () => {
    const { client, worker } = open();
    const post = vi.spyOn(worker, 'postMessage');
    client.dispose();
    post.mockClear();
    language.user = 'fr';
    expect(post).not.toHaveBeenCalled();
  });
});
