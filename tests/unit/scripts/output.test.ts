import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const OUTPUT = fileURLToPath(new URL('../../../scripts/output.mjs', import.meta.url));

/** A command that answers for four files, `b` badly, and notes that it closed what it had open. */
const COMMAND = `
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { command, eachFile } from ${JSON.stringify(OUTPUT)};

await command(async () => {
  const note = (text) => appendFileSync(process.argv[1], text + '\\n');
  try {
    await eachFile(['/in/a', '/in/b', '/in/c', '/in/d'], async (file) => {
      note(file);
      await setTimeout(100);
      if (file === '/in/b') throw new TypeError('it is a letter\\n    at somewhere');
      return { file };
    });
  } finally {
    note('closed');
  }
});
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-output-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** Runs the command in a process of its own; `onLine` may stop reading its output. */
async function run(onLine: (close: () => void) => void) {
  const notes = join(folder, 'notes');
  const child = spawn(process.execPath, ['--input-type=module', '-e', COMMAND, notes]);
  let [out, err] = ['', ''];
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
    onLine(() => child.stdout.destroy());
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err, notes: (await readFile(notes, 'utf8')).trim().split('\n') };
}

describe('a command', () => {
  it('prints a line for every file, and one for what went wrong', async () => {
    const { code, out, err, notes } = await run(() => undefined);
    expect(out.trim().split('\n')).toEqual(['{"file":"/in/a"}', '{"file":"/in/c"}', '{"file":"/in/d"}']);
    expect(err).toBe('b: it is a letter\n');
    expect(code).toBe(1);
    expect(notes).toEqual(['/in/a', '/in/b', '/in/c', '/in/d', 'closed']);
  });

  it('ends when nobody reads on, as `| head -1` does: quietly, with 141, and closes what it has open', async () => {
    const { code, out, err, notes } = await run((close) => close());
    expect(out).toBe('{"file":"/in/a"}\n');
    expect(err).toBe('b: it is a letter\n');
    expect(code).toBe(141);
    expect(notes).toEqual(['/in/a', '/in/b', '/in/c', 'closed']);
  });
});
