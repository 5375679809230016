import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../scripts/build.mjs';
import {
  describe as describeLicences,
  LICENCES_FILE,
  LICENCES_LIST,
  list,
  thirdPartyLicences,
} from '../../../scripts/licences.mjs';

describe('the list of licences', () => {
  let folder: string;
  let text: string;

  beforeAll(async () => {
    // In the repository, so that packages are resolved.
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

  it('has the packages that the app bundles', () => {
    expect(text).toMatch(/^idb \d+\.\d+\.\d+\nLicence: ISC\n\nISC License/m);
  });

  it('has the packages that only a worker bundles', () => {
    expect(text).toMatch(/^fflate \d+\.\d+\.\d+\nLicence: MIT\n\nMIT License/m);
  });

  it('has a package of which only a file is copied, with the standard text where the package has none', () => {
    expect(text).toMatch(
      /^onnxruntime-web [\d.]+\nLicence: MIT\n\nMIT License\n\nCopyright \(c\) Microsoft Corporation\n\nPermission is hereby granted/m,
    );
  });

  it('has the networks of others', () => {
    expect(text).toMatch(
      /^whisper-base .*\nLicence: MIT\n\nSource: .*\n\nMIT License\n\nCopyright \(c\) 2022 OpenAI\n/m,
    );
  });

  it('is also written by name and licence alone, with the published voices', () => {
    const bundled = JSON.parse(readFileSync(join(folder, 'dist', LICENCES_LIST), 'utf8')) as unknown[];
    expect(bundled).toContainEqual({
      name: expect.stringMatching(/^fflate \d/) as string,
      licence: 'MIT',
      kind: 'software',
    });
    expect(bundled).toContainEqual({ name: 'Kathleen', licence: 'CC0-1.0', kind: 'voice' });
  });

  it('has no package that is installed but not bundled', () => {
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

it('lists the libraries compiled into a package, and none of packages that are not bundled', () => {
  const bundled = list([{ name: '@mediabunny/mp3-encoder', version: '1', license: 'MPL-2.0' }], []);
  expect(bundled).toContainEqual({
    name: 'LAME 3.100',
    licence: 'LGPL-2.0-or-later',
    kind: 'software',
    within: '@mediabunny/mp3-encoder',
  });
  expect(bundled.map(({ name }) => name).join()).not.toContain('FFmpeg');
});

it('rejects a package without a licence', () => {
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
