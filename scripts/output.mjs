import { basename } from 'node:path';

/** What a shell shows of a command that a closed pipe has ended: 128 + SIGPIPE. */
const CLOSED_PIPE = 141;

/**
 * Runs a command: whatever it throws becomes one plain line and a non-zero exit. Where nobody reads its output any
 * more, as after `| head -1`, it ends without a line.
 *
 * @param {() => Promise<void>} main
 */
export async function command(main) {
  // `print` rejects with the error of its write; a stream without a listener would throw it as well.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await main();
  } catch (error) {
    if (!isClosedPipe(error)) console.error(plain(error));
    process.exitCode = isClosedPipe(error) ? CLOSED_PIPE : 1;
  }
}

/**
 * Writes a line to stdout. Rejects with EPIPE when nobody reads it, so that what the caller has open is closed.
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
 * Does `task` for every file; one that fails does not stop the others.
 *
 * @param {string[]} files
 * @param {(file: string) => Promise<unknown>} task its answer is printed as a line of JSON
 */
export async function eachFile(files, task) {
  for (const file of files) {
    const answer = await task(file).catch((/** @type {unknown} */ error) => {
      console.error(`${basename(file)}: ${plain(error)}`);
      process.exitCode = 1;
    });
    if (answer !== undefined) await print(JSON.stringify(answer));
  }
}

/** @param {unknown} error */
function isClosedPipe(error) {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/**
 * The message alone: without the page's stack, without what Playwright puts before it.
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
