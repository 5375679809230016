import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const ENCODE = 'src/export/encode.ts';
const EXPORT = 'src/export/export.ts';
const DELIVERY = 'src/export/deliver.ts';
const ARCHIVE = 'src/archive/write.ts';
const HARNESS = 'src/harness/harness.ts';
const FILES = [ENCODE, EXPORT, DELIVERY, ARCHIVE, HARNESS];

/** [name, file, existing text, breach that replaces it] */
const REPLACED: [string, string, string, string][] = [
  ['an export without the mark', EXPORT, 'encode(marked.limitPeak(),', 'encode(spoken,'],
  ['other samples in place of the marked ones', EXPORT, '.limitPeak()', '.slice()'],
  ['an unmarked file registered as exported', EXPORT, 'exported.add(blob)', 'exported.add(new Blob([]))'],
  ['a file that was not encoded here', EXPORT, 'signed ?? encoded', 'new Blob([])'],
  ['a download without the check', DELIVERY, 'offer(requireMarked(blob)', 'offer(blob'],
  ['sharing without the check', DELIVERY, 'fileOf(requireMarked(blob)', 'fileOf(blob'],
  ['a document without the check', DELIVERY, 'await requireDocument(document)', 'document'],
  ['a check that accepts all files', DELIVERY, 'if (isMarked(file)) return', 'return'],
  ['an archive of plain samples', ARCHIVE, 'this.addMarked(blob)', `this.add('wav', samples.slice().buffer)`],
  ['an archive of unmarked files', ARCHIVE, 'this.addMarked(blob)', 'this.addMarked(new Blob([]))'],
  ['an archive of conversions as recordings', ARCHIVE, 'addRecorded(source)', 'addRecorded(take.output!)'],
  [
    'a script that is given samples',
    HARNESS,
    'sendResult(output, blob)',
    'sendResult(output, result.samples.slice())',
  ],
  [
    'a script that is given other files',
    HARNESS,
    'sendResult(output, blob)',
    'sendResult(output, new Blob([]))',
  ],
];

/** The compiler's messages for a wrong type. */
const MISMATCH =
  /is not assignable to|is missing the following|cannot be used as a value|may be a mistake|does not exist on type|implicitly has an 'any' type/;

/** Breaches appended to src/export/export.ts. */
const ADDED: [string, string][] = [
  [
    'a second encoding, unmarked',
    `void (await tools()).encode(new Float32Array(1), 24000, 'wav', {} as never);`,
  ],
  ['marked samples by hand', `const a: MarkedSamples = { length: 0 }; void a;`],
  ['marked samples by the constructor', `new MarkedSamples(new Float32Array(1));`],
  ['a cast from plain samples', `void (new Float32Array(1) as MarkedSamples);`],
  ['marked samples overwritten', `(a: MarkedSamples) => a.set(new Float32Array(1));`],
  ['one marked sample replaced', `(a: MarkedSamples) => void (a[0] = 1);`],
].map(([name, line]) => [name!, `\nimport type { MarkedSamples } from '../watermark';\n${line}`]);

describe('the types of the mark', () => {
  const overlay = new Map<string, { text: string; version: number }>();
  let service: ts.LanguageService;

  beforeAll(() => {
    const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
    service = ts.createLanguageService({
      ...ts.sys,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      // Unused names are not what reports the breach.
      getCompilationSettings: () => ({ ...options, noUnusedLocals: false, noUnusedParameters: false }),
      getCurrentDirectory: () => process.cwd(),
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      getScriptFileNames: () => FILES,
      getScriptVersion: (path) => String(overlay.get(path)?.version ?? 0),
      getScriptSnapshot(path) {
        const text = overlay.get(path)?.text ?? ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
    });
  });

  function errorsWith(path: string, text: string): string {
    overlay.set(path, { text, version: (overlay.get(path)?.version ?? 0) + 1 });
    const found = service.getSemanticDiagnostics(path);
    overlay.set(path, { text: readFileSync(path, 'utf8'), version: overlay.get(path)!.version + 1 });
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n');
  }

  it.each(FILES)('are respected in %s', (path) => {
    expect(errorsWith(path, readFileSync(path, 'utf8'))).toBe('');
  });

  it.each(REPLACED)('report %s', (_, path, old, planted) => {
    const source = readFileSync(path, 'utf8');
    expect(source.split(old)).toHaveLength(2);
    expect(errorsWith(path, source.replace(old, planted))).toMatch(MISMATCH);
  });

  it.each(ADDED)('report %s', (_, planted) => {
    expect(errorsWith(EXPORT, readFileSync(EXPORT, 'utf8') + planted)).toMatch(MISMATCH);
  });
});
