import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const TRIES = 60;
const PORT = 9333;

// Succeeds if a window with the kiosk appears, and Chromium does not listen on the port for remote debugging.
for (let i = 0; ; i++) {
  const found = await promisify(execFile)('xdotool', ['search', '--name', 'Kiosk']).catch(() => undefined);
  if (found?.stdout) break;
  if (i === TRIES) throw new Error('No window with the kiosk appeared.');
  await sleep(1000);
}
const answer = await fetch(`http://127.0.0.1:${PORT}/json/version`).catch(() => undefined);
if (answer) throw new Error('Chromium listens for remote debugging.');
