import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../scripts/build.mjs';
import {
  describe as describeLicences,
  LICENCES_FILE,
  thirdPartyLicences,
} from '../../../scripts/licences.mjs';

describe('the list of licences', () => {
  let folder: string;
  let text: string;

  beforeAll(async () => {
    // Beside the sources, so that packages are found.
    folder = mkdtempSync(join(ROOT, 'node_modules/.licences-'));
    writeFileSync(
      join(folder, 'app.js'),
      `import { openDB } from 'idb';
       import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
       import Work from './work?worker';
       console.log(openDB, wasm, new Work());`,
    );
    writeFileSync(join(folder, 'work.js'), `import { zipSync } from 'fflate'; postMessage(zipSync({}));`);
    const licences = thirdPartyLicences();
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      plugins: [licences.app()],
      worker: { format: 'es', plugins: licences.worker },
      build: { rolldownOptions: { input: join(folder, 'app.js') } },
    });
    text = readFileSync(join(folder, 'dist', LICENCES_FILE), 'utf8');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('holds what the app bundles', () => {
    expect(text).toMatch(/^idb \d+\.\d+\.\d+\nLicence: ISC\n\nISC License/m);
  });

  it('holds what only a worker bundles', () => {
    expect(text).toMatch(/^fflate \d+\.\d+\.\d+\nLicence: MIT\n\nMIT License/m);
  });

  it('holds a package of which only a file is copied, with the text that the package lacks', () => {
    expect(text).toMatch(
      /^onnxruntime-web [\d.]+\nLicence: MIT\n\nMIT License\n\nCopyright \(c\) Microsoft Corporation\n\nPermission is hereby granted/m,
    );
  });

  it('leaves out what is installed and not bundled', () => {
    expect(text).not.toContain('comlink');
  });
});

it('names the libraries compiled into a package', () => {
  const text = describeLicences([
    {
      name: '@mediabunny/mp3-encoder',
      version: '1',
      license: 'MPL-2.0',
      licenseText: 'its text',
      noticeText: null,
      author: null,
    },
  ]);
  expect(text).toContain('its text');
  expect(text).toMatch(/LAME .*compiled into @mediabunny\/mp3-encoder\nLicence: LGPL-2.0-or-later/);
  expect(text).toContain('GNU LIBRARY GENERAL PUBLIC LICENSE');
});

it('refuses a package that names no licence', () => {
  const nameless = {
    name: 'x',
    version: '1',
    license: null,
    licenseText: null,
    noticeText: null,
    author: null,
  };
  expect(() => describeLicences([nameless])).toThrow('x is bundled and names no licence.');
});
