import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { earFilesOf, parsePublishedManifest } from '../../../src/files/manifest';

const FOLDER = 'models/published';
/** What a first visit may download, and the ear and the denoiser after it; `BARS` in scripts/bench.mjs. */
const MAX_BYTES = 12e6;
const MAX_EAR_BYTES = 21e6;
const MAX_DENOISER_BYTES = 3e6;
const manifest = parsePublishedManifest(JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')));

describe('the published files', () => {
  const sizeOf = (files: string[]) => files.reduce((sum, file) => sum + statSync(join(FOLDER, file)).size, 0);

  it('take at most 12 MB together, previews included, the ear 21 MB and the denoiser 3 MB', () => {
    const later = earFilesOf(manifest) ?? [];
    const denoiser = later.filter(({ role }) => role === 'denoiser').map(({ file }) => file);
    const ear = later.filter(({ role }) => role !== 'denoiser').map(({ file }) => file);
    const others = readdirSync(FOLDER).filter((file) => ![...ear, ...denoiser].includes(file));
    expect(others).toContain('generator.onnx');
    expect(sizeOf(others)).toBeLessThan(MAX_BYTES);
    expect(sizeOf(ear)).toBeLessThan(MAX_EAR_BYTES);
    expect(sizeOf(denoiser)).toBeLessThan(MAX_DENOISER_BYTES);
  });

  it('are as large as the manifest says', () => {
    const { files } = manifest;
    expect(files.length).toBeGreaterThan(10);
    for (const { file, bytes } of files)
      expect([file, statSync(join(FOLDER, file)).size]).toEqual([file, bytes]);
  });
});
