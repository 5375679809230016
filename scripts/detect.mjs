import { parseArgs } from 'node:util';
import { listRecordings, openHarness } from './harness.mjs';
import { command, eachFile } from './output.mjs';

await command(async () => {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const [input] = positionals;
  if (!input || positionals.length > 1) throw new Error('Usage: npm run detect -- <file|folder>');
  const files = await listRecordings(input);
  const harness = await openHarness();
  try {
    await eachFile(files, async (file) => {
      const job = { input: harness.addressOf(file), name: file };
      const found = await harness.page.evaluate((each) => window.understudy?.detect(each), job);
      if (!found) throw new Error('the page gave no answer.');
      const { present, pValue, payload, payloadOk, warnings } = found;
      return { file, present, pValue, payload, payloadOk, warnings };
    });
  } finally {
    await harness.close();
  }
});
