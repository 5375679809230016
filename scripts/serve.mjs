import { createServer } from 'node:http';
import { serveFiles } from './files.mjs';

/**
 * Serves a folder on this machine alone.
 *
 * @param {{
 *   root: string,
 *   port?: number,
 *   intercept?: (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean,
 * }} options `port`: the first to try, then the next ones; 0 or none is any free one. `intercept`: true for what it has answered.
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serve({ root, port = 0, intercept }) {
  const files = serveFiles(root);
  const server = createServer((request, response) => {
    if (!intercept?.(request, response)) files(request, response);
  });
  const bound = await listen(server, port);
  return {
    url: `http://localhost:${bound}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} first
 * @returns {Promise<number>}
 */
async function listen(server, first) {
  for (let port = first; ; port++) {
    try {
      return await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, 'localhost', () => {
          server.off('error', reject);
          const address = server.address();
          if (address && typeof address === 'object') resolve(address.port);
        });
      });
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || port >= first + 20) throw error;
    }
  }
}
