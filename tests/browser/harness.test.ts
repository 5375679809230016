import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build.mjs';
import { voiceId24 } from '../../src/watermark';
import { withoutSize } from '../audio-files';
import { makeWav, readWav } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function run(
  script: string,
  ...args: string[]
): Promise<{ code: number | null; lines: unknown[]; errors: string[] }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, `scripts/${script}.mjs`), ...args], { cwd: ROOT });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    child.once('error', reject);
    child.once('exit', (code) => {
      const split = (text: string) => text.split('\n').filter(Boolean);
      resolve({ code, lines: split(out).map((line) => JSON.parse(line) as unknown), errors: split(err) });
    });
  });
}

describe('the command line', () => {
  let folder: string;

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'understudy-'));
    await copyFile(SPEECH, join(folder, 'good.wav'));
    await writeFile(join(folder, 'bad.wav'), 'This is a letter.');
    await writeFile(join(folder, 'notes.txt'), 'not looked at');
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('converts a folder, reports the bad file, and detects the mark in the result', async () => {
    const out = join(folder, 'out');
    const converted = await run(
      'convert',
      folder,
      out,
      '--voice',
      'joe',
      '--backend',
      'wasm',
      '--pitch',
      '-1',
      '--formant',
      '1.05',
    );
    expect(converted.code).toBe(1);
    expect(converted.errors.filter((line) => line.startsWith('bad.wav: '))).toEqual([
      expect.stringMatching(/not a recording/),
    ]);
    expect(converted.lines).toEqual([
      {
        file: join(folder, 'good.wav'),
        out: join(out, 'good.wav'),
        voice: 'joe',
        seconds: expect.closeTo(7.17, 1) as number,
        rtf: expect.any(Number) as number,
        backend: 'wasm',
        ear: 'ear',
        denoised: false,
        warnings: [],
      },
    ]);
    const header = await readFile(join(out, 'good.wav'));
    expect([header.readUInt16LE(22), header.readUInt32LE(24), header.readUInt16LE(34)]).toEqual([
      1, 24000, 16,
    ]);

    const detected = await run('detect', out);
    expect(detected).toMatchObject({ code: 0 });
    expect(detected.lines).toEqual([
      {
        file: join(out, 'good.wav'),
        present: 'yes',
        pValue: expect.any(Number) as number,
        payload: { version: 2, id24: voiceId24('joe') },
        payloadOk: true,
        warnings: [],
      },
    ]);
  });

  it('names what it skipped in a folder, but for hidden files, and prints warnings of detect', async () => {
    const mixed = await mkdtemp(join(folder, 'mixed-'));
    const samples = readWav(await readFile(SPEECH)).subarray(0, 2 * 16_000);
    await writeFile(join(mixed, '._died.wav'), 'resources of another system');
    await writeFile(join(mixed, 'died.wav'), withoutSize(makeWav(samples)));
    await writeFile(join(mixed, 'notes.txt'), 'not looked at');
    const detected = await run('detect', mixed);
    expect(detected).toMatchObject({
      code: 0,
      lines: [{ file: join(mixed, 'died.wav'), warnings: [expect.stringMatching(/ended before/)] }],
      errors: ['notes.txt: skipped, by its name it is no recording.'],
    });
  });

  it('converts on WebGPU as on WebAssembly', async () => {
    // Two seconds, and twice the timeout: WebGPU in software is slow to start and to run.
    const source = join(folder, 'short.wav');
    await writeFile(source, makeWav(readWav(await readFile(SPEECH)).subarray(0, 2 * 16_000)));
    const [wasm, gpu] = [join(folder, 'wasm'), join(folder, 'gpu')];
    await run('convert', source, wasm, '--voice', 'kathleen', '--backend', 'wasm');
    const onGpu = await run('convert', source, gpu, '--voice', 'kathleen', '--backend', 'webgpu');
    expect(onGpu.lines).toMatchObject([{ backend: 'webgpu' }]);
    const [a, b] = await Promise.all(
      [wasm, gpu].map(async (name) => readWav(await readFile(join(name, 'short.wav')))),
    );
    let [difference, power] = [0, 0];
    for (let i = 0; i < a!.length; i++) {
      difference += (a![i]! - b![i]!) ** 2;
      power += a![i]! ** 2;
    }
    expect(b!.length).toBe(a!.length);
    expect(10 * Math.log10(difference / power)).toBeLessThan(-40);
  }, 240_000);

  it('ends without an error when its output is closed, and stops its browser and server', async () => {
    const short = makeWav(readWav(await readFile(SPEECH)).subarray(0, 2 * 16_000));
    const several = await mkdtemp(join(folder, 'several-'));
    for (const name of ['a', 'b', 'c']) await writeFile(join(several, `${name}.wav`), short);
    const detect = `"${process.execPath}" "${join(ROOT, 'scripts/detect.mjs')}" "${several}"`;
    // Exits with the status of `detect`; only the line that `head` passes is printed.
    const child = spawn('bash', ['-c', `${detect} | head -1; exit "\${PIPESTATUS[0]}"`]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(JSON.parse(out)).toMatchObject({ file: join(several, 'a.wav') });
    expect({ err, code }).toEqual({ err: '', code: 141 });
  });

  it.each([
    ['convert', [], /Usage/],
    ['convert', [SPEECH, '/tmp/out', '--voice', 'nobody'], /no voice "nobody"; there are kathleen/],
    [
      'convert',
      [SPEECH, '/tmp/out', '--voice', 'joe', '--backend', 'abacus'],
      /--backend is wasm, webgpu or auto/,
    ],
    [
      'convert',
      [SPEECH, '/tmp/out', '--voice', 'joe', '--format', 'aiff'],
      /--format is wav, mp3, m4a or opus/,
    ],
    ['convert', [SPEECH, '/tmp/out', '--voice', 'joe', '--pitch', 'high'], /--pitch is a number/],
    [
      'convert',
      [SPEECH, '/tmp/out', '--voice-file', '/there/is/no.understudy'],
      /There is no file .*no\.understudy/,
    ],
    ['convert', [SPEECH, SPEECH, '--voice', 'joe'], /The folder .*speech\.wav cannot be made/],
    ['detect', ['/there/is/nothing'], /no file or folder/],
  ])('%s reports the error in one line: %j', async (script, args, message) => {
    const { code, lines, errors } = await run(script, ...args);
    expect(code).toBe(1);
    expect(lines).toEqual([]);
    expect(errors).toEqual([expect.stringMatching(message)]);
  });
});
