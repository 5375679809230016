import { convertSample, detect, exportAll, goLive } from './jobs.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */

const KEPT_MS = 180_000;

/** @type {Job[]} the first visit, and the main jobs of Studio, Live and Detect after it, each in a page that is loaded anew without a network */
export const OFFLINE_JOBS = [
  { name: 'the first visit keeps the app, and the network ends', run: keepApp },
  anew({ name: 'Studio converts the sample', run: convertSample }),
  { name: 'Studio exports it in every format', run: exportAll },
  anew({ name: 'Live converts', run: goLive }),
  anew({ name: 'Detect finds the mark in an export', run: detect }),
];

/** @param {import('./tab.mjs').Tab} tab @param {import('./jobs.mjs').Run} run */
async function keepApp(tab, { url, stopServer }) {
  await tab.open(`${url}#/studio`);
  const said = await tab.waitFor('[data-testid=offline][data-stage=kept][data-networks=true]', {
    patienceMs: KEPT_MS,
  });
  await stopServer();
  const isServed = await fetch(url).then(
    () => true,
    () => false,
  );
  if (isServed) throw new Error('The app is still served.');
  return said;
}

/** An address that differs after its # alone would not load the page. @param {Job} job @returns {Job} */
function anew({ name, run }) {
  return {
    name,
    async run(tab, state) {
      await tab.open('about:blank');
      return run(tab, state);
    },
  };
}
