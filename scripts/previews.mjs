import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './build.mjs';
import { openHarness } from './harness.mjs';
import { command, print } from './output.mjs';

const PUBLISHED = join(ROOT, 'models/published');
const MANIFEST = join(PUBLISHED, 'manifest.json');
const SAMPLE = join(ROOT, 'public/sample/sample.wav');

/** Fewer than in an export: all previews together count against the 12 MB of what is published. */
const BITS_PER_SECOND = 40_000;

/** Makes the preview of every voice in the manifest, or of those whose ids are given: the sample, converted and marked, as Opus; names them in the manifest. */
await command(async () => {
  const manifest = JSON.parse(await readFile(MANIFEST, 'utf8'));
  const format = /** @type {const} */ ('opus');
  const only = process.argv.slice(2);
  const harness = await openHarness();
  try {
    await harness.page.evaluate(() => window.understudy?.load({ backend: 'wasm' }));
    for (const entry of manifest.files) {
      const { kind, id } = entry;
      if (kind !== 'voice' || (only.length > 0 && !only.includes(id))) continue;
      entry.preview ||= `${id}.opus`;
      const output = harness.addressOf(join(PUBLISHED, entry.preview));
      const job = {
        input: harness.addressOf(SAMPLE),
        name: 'sample.wav',
        output,
        voice: id,
        format,
        bitrate: BITS_PER_SECOND,
      };
      await harness.page.evaluate((each) => window.understudy?.convert(each), job);
      await print(entry.preview);
    }
    await writeFile(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
  } finally {
    await harness.close();
  }
});
