import { Answerer } from './answers';
import { Keeper } from './keeper';
import type { Answers, Question, Reply } from './protocol';
import { ShellFiles, versionOf, type ShellFile } from './shell-files';
import type { WorkerScope } from './worker-scope';

declare global {
  /** The list of files, which the build writes here. */
  interface Window {
    __WB_MANIFEST: ShellFile[];
  }
}

const CACHE = 'understudy-shell';
const worker = self as unknown as WorkerScope;

// Entries without a hash are those that the plugin adds by itself, a second time.
const listed = self.__WB_MANIFEST.filter(({ sha256 }) => sha256);
const hasGpu = 'gpu' in navigator;
const shell = new ShellFiles(worker.registration.scope, listed);
const wanted = listed.filter(({ isGpu }) => !isGpu || hasGpu);
const keeper = new Keeper(
  shell,
  () => caches.open(CACHE),
  (input, init) => fetch(input, init),
);
const answerer = new Answerer(
  shell,
  keeper,
  (request) => fetch(request),
  async (address) => (await caches.open(CACHE)).match(address, { ignoreSearch: true }),
);

worker.addEventListener('install', (event) => {
  // The first one is to be in use soon, and pages then ask for the rest; a later one replaces it only once it is complete.
  event.waitUntil(keeper.keepAll(worker.registration.active ? wanted : shell.core));
});

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const answer = answerer.answer(event.request);
  if (answer) event.respondWith(answer);
});

worker.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (!port) return;
  const reply = (message: Reply) => port.postMessage(message);
  const task = answerTo(event.data as Question, (bytes) => reply({ kind: 'progress', bytes }));
  event.waitUntil(
    task.then(
      (answer) => reply({ kind: 'done', answer }),
      (error: unknown) =>
        reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    ),
  );
});

async function answerTo(
  question: Question,
  onProgress: (bytes: number) => void,
): Promise<Answers[Question['ask']]> {
  switch (question.ask) {
    case 'state': {
      const missing = await keeper.missing(wanted);
      return {
        version: await versionOf(listed),
        bytesTotal: wanted.reduce((sum, { bytes }) => sum + bytes, 0),
        missing: missing.map(({ url, bytes }) => ({ path: url, bytes })),
      };
    }
    case 'keep': {
      const file = listed.find(({ url }) => url === question.path);
      if (file) await keeper.provide(file, onProgress);
      return null;
    }
    case 'tidy': {
      const tabs = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
      if (tabs.length <= 1) await keeper.tidy();
      return null;
    }
    case 'take':
      await worker.skipWaiting();
      return null;
  }
}
