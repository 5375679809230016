import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MAX_FILES = 20;
const MAX_LINES = 300;

/** Files of a folder of the repository by the folder that they lie in. */
function filesByFolder(root: string): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('paraglide')) continue;
    folders.set(entry.parentPath, [...(folders.get(entry.parentPath) ?? []), entry.name]);
  }
  return folders;
}

describe('src can be read', () => {
  const folders = filesByFolder('src');

  it('has no folder with more than 20 files beside its subfolders', () => {
    expect(folders.get('src/engine')).toContain('stream.ts');
    const crowded = [...folders].filter(([, files]) => files.length > MAX_FILES).map(([folder]) => folder);
    expect(crowded).toEqual([]);
  });

  it('has no file of more than 300 lines', () => {
    const long = [...folders]
      .flatMap(([folder, files]) => files.map((file) => join(folder, file)))
      .filter((file) => /\.(ts|svelte|css)$/.test(file))
      .filter((file) => readFileSync(file, 'utf8').trimEnd().split('\n').length > MAX_LINES);
    expect(long).toEqual([]);
  });
});
