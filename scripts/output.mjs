import { basename } from 'node:path';

/** Exit status of a command ended by a closed pipe: 128 + SIGPIPE. */
const CLOSED_PIPE = 141;

/**
 * Runs a command: an exception becomes one plain line and a non-zero exit status. If the reader of its output has exited, as in
 * `| head -1`, it ends silently.
 *
 * @param {() => Promise<void>} main
 */
export async function command(main) {
  // `print` rejects with write errors; without these listeners the streams would throw them too.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await main();
  } catch (error) {
    if (!isClosedPipe(error)) console.error(plain(error));
    process.exitCode = isClosedPipe(error) ? CLOSED_PIPE : 1;
  }
}

/**
 * Writes a line to stdout. Rejects with EPIPE when its reader has exited, so that the caller releases its resources.
 *
 * @param {string} line
 * @returns {Promise<void>}
 */
export function print(line) {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Runs `task` for every file; a failure does not stop the others.
 *
 * @param {string[]} files
 * @param {(file: string) => Promise<unknown>} task its result is printed as a line of JSON
 */
export async function eachFile(files, task) {
  for (const file of files) {
    const result = await task(file).catch((/** @type {unknown} */ error) => {
      console.error(`${basename(file)}: ${plain(error)}`);
      process.exitCode = 1;
    });
    if (result !== undefined) await print(JSON.stringify(result));
  }
}

/** @param {unknown} error */
function isClosedPipe(error) {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/**
 * The message without the page's stack and without Playwright's prefixes.
 *
 * @param {unknown} error
 */
function plain(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^page\.evaluate: /, '')
    .replace(/^(\w*Error|[a-z]+(-[a-z]+)*): /, '')
    .split('\n')[0];
}
