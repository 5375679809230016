import { createServer } from 'node:http';
import { serveFiles } from './files.mjs';

/**
 * Serves a folder on localhost.
 *
 * @param {{
 *   root: string,
 *   port?: number,
 *   intercept?: (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean,
 * }} options `port`: the first port to try, then the next ones; 0, the default, takes any free port. `intercept`: returns true
 *   if it has answered the request.
 * @returns {Promise<{ url: string, bytesSent(): number, close(): Promise<void> }>}
 */
export async function serve({ root, port = 0, intercept }) {
  const files = serveFiles(root);
  const server = createServer((request, response) => {
    if (!intercept?.(request, response)) files(request, response);
  });
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  let closedBytes = 0;
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      closedBytes += socket.bytesWritten;
    });
  });
  const bound = await listen(server, port);
  return {
    url: `http://localhost:${bound}/`,
    bytesSent: () => closedBytes + [...open].reduce((sum, socket) => sum + socket.bytesWritten, 0),
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
