import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 10_000;

/**
 * Starts a PulseAudio of its own, without hardware: speakers that nobody hears, and a microphone with a tone of 200 Hz.
 *
 * @param {string} program pulseaudio
 * @returns {Promise<{ env: Record<string, string>, close(): Promise<void> }>} `env`: for programs that use it
 */
export async function startSound(program) {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-sound-'));
  const socket = join(folder, 'native');
  const modules = [
    `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    'module-null-sink sink_name=speakers rate=48000',
    'module-sine-source source_name=microphone rate=48000 frequency=200',
  ];
  const server = spawn(
    program,
    [
      '-n',
      '--daemonize=no',
      '--exit-idle-time=-1',
      '--use-pid-file=no',
      ...modules.map((each) => `--load=${each}`),
    ],
    { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder } },
  );
  const close = async () => {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  };
  const deadlineMs = performance.now() + START_MS;
  while (!existsSync(socket)) {
    if (server.exitCode !== null || performance.now() > deadlineMs) {
      await close();
      throw new Error('PulseAudio did not start.');
    }
    await sleep(50);
  }
  return { env: { PULSE_SERVER: `unix:${socket}` }, close };
}
