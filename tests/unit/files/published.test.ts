import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePublishedManifest } from '../../../src/files/manifest';

const FOLDER = 'models/published';
/** What a first visit may download; `BARS.publishedMb` in scripts/bench.mjs. */
const MAX_BYTES = 12e6;

describe('the published files', () => {
  it('take at most 12 MB together, previews included', () => {
    const files = readdirSync(FOLDER);
    expect(files).toContain('generator.onnx');
    expect(files.reduce((sum, file) => sum + statSync(join(FOLDER, file)).size, 0)).toBeLessThan(MAX_BYTES);
  });

  it('are as large as the manifest says', () => {
    const { files } = parsePublishedManifest(JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')));
    expect(files.length).toBeGreaterThan(10);
    for (const { file, bytes } of files)
      expect([file, statSync(join(FOLDER, file)).size]).toEqual([file, bytes]);
  });
});
