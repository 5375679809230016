import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { listRecordings, makeFolder, openHarness, requireFile } from './harness.mjs';
import { command, print } from './output.mjs';

const USAGE =
  'npm run enrol -- <recording|folder> --name <name> --consent <record.json> --out <file.understudy> [--language code]';

await command(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      consent: { type: 'string' },
      out: { type: 'string' },
      language: { type: 'string', default: '' },
    },
  });
  const { name, consent, out, language } = values;
  const [input] = positionals;
  if (!input || positionals.length > 1 || !name || !consent || !out) throw new Error(`Usage: ${USAGE}`);
  const record = await readRecord(consent);
  await makeFolder(dirname(out));
  const files = await listRecordings(input);
  const harness = await openHarness();
  try {
    await harness.page.evaluate(() => window.understudy?.load({ backend: 'wasm' }));
    const job = {
      inputs: files.map((file) => ({ input: harness.addressOf(file), name: file })),
      output: harness.addressOf(out),
      name,
      language,
      consent: record,
    };
    const made = await harness.page.evaluate((each) => window.understudy?.enrol(each), job);
    if (!made) throw new Error('the page gave no answer.');
    await print(JSON.stringify({ out, ...made }));
  } finally {
    await harness.close();
  }
});

/** @param {string} path */
async function readRecord(path) {
  await requireFile(path);
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON; docs/consent.example.json shows what a record looks like.`);
  }
}
