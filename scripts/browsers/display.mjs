import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts an X server without a screen, under the first free number.
 *
 * @param {string} program Xvfb
 * @returns {Promise<{ env: Record<string, string>, close(): void }>}
 */
export async function startDisplay(program) {
  const args = ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [number] = await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('Xvfb did not start.');
    }),
  ]);
  return { env: { DISPLAY: `:${String(number).trim()}` }, close: () => void server.kill() };
}
