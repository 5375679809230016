import { parentPort, workerData } from 'node:worker_threads';
import { openMark } from './bundle.mjs';
import { Stretches } from './stretch.mjs';

const stretches = new Stretches(workerData.folders, await openMark());
parentPort?.on('message', (index) => parentPort?.postMessage(stretches.look(index)));
