import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderGuide, topicOf } from './markdown.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes a module of each guide that the app imports, whose default export is a `Guide`.
 *
 * @returns {import('vite').Plugin}
 */
export function guides() {
  return {
    name: 'guides',
    enforce: 'pre',
    async load(id) {
      const path = relative(ROOT, id).split(sep).join('/');
      if (topicOf(path) === undefined) return null;
      const guide = renderGuide(await readFile(id, 'utf8'), path);
      return { code: `export default ${JSON.stringify(guide)};`, moduleType: 'js' };
    },
  };
}
