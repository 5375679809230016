import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './build.mjs';
import { openHarness } from './harness.mjs';
import { command, print } from './output.mjs';

const PUBLISHED = join(ROOT, 'models/published');
const SAMPLE = join(ROOT, 'public/sample/sample.wav');

/** Makes the preview of every voice in the manifest, or of those whose ids are given: the sample, converted and marked, as Opus. */
await command(async () => {
  const manifest = JSON.parse(await readFile(join(PUBLISHED, 'manifest.json'), 'utf8'));
  const only = process.argv.slice(2);
  const harness = await openHarness();
  try {
    await harness.page.evaluate(() => window.understudy?.load({ backend: 'wasm' }));
    for (const { kind, id, preview } of manifest.files) {
      if (kind !== 'voice' || (only.length > 0 && !only.includes(id))) continue;
      const output = harness.addressOf(join(PUBLISHED, preview));
      const job = { input: harness.addressOf(SAMPLE), name: 'sample.wav', output, voice: id };
      await harness.page.evaluate((each) => window.understudy?.convert({ ...each, format: 'opus' }), job);
      await print(preview);
    }
  } finally {
    await harness.close();
  }
});
