import { parentPort, workerData } from 'node:worker_threads';
import { openMark } from './bundle.mjs';
import { UnmarkedExcerpts } from './excerpts.mjs';

const excerpts = new UnmarkedExcerpts(workerData.folders, await openMark());
parentPort?.on('message', (index) => parentPort?.postMessage(excerpts.search(index)));
