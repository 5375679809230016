import { createServer } from 'node:http';
import { serveFiles } from '../files.mjs';

const SOCKET_FROM_SYSTEMD = 3;

// Serves the folder of the first argument on the socket that systemd has opened (understudy-server.socket), and logs a line a request.
const [root] = process.argv.slice(2);
if (!root || process.env.LISTEN_FDS !== '1') {
  console.error('Usage: systemd-socket-activate --listen=127.0.0.1:8350 node server.mjs <folder of the app>');
  process.exit(2);
}
const files = serveFiles(root);
createServer((request, response) => {
  response.once('finish', () => console.log(request.method, request.url, response.statusCode));
  files(request, response);
}).listen({ fd: SOCKET_FROM_SYSTEMD });
