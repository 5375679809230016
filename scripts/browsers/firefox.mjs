import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JOBS, SOUNDLESS_JOBS } from './jobs.mjs';
import { openMarionette } from './marionette.mjs';
import { OFFLINE_JOBS } from './offline-jobs.mjs';
import { findPrograms } from './programs.mjs';
import { freePort, runJobs, sumOf } from './run.mjs';
import { startSound } from './sound.mjs';

/** Programs, and the packages of the same names. Firefox decodes AAC with the libraries of ffmpeg. */
const PACKAGES = /** @type {const} */ (['firefox-esr', 'ffmpeg', 'pulseaudio']);
const NO_SOUND = { PULSE_SERVER: 'unix:/nonexistent', ALSA_CONFIG_PATH: '/dev/null' };

/** Runs the jobs in Firefox ESR, then those without a sound device and without a network. Rejects with MissingError. */
export async function runFirefox() {
  const { 'firefox-esr': firefox, pulseaudio } = await findPrograms(PACKAGES, PACKAGES);
  const sound = await startSound(pulseaudio);
  try {
    const heard = await runJobs({
      browser: 'Firefox',
      launch: () => launch(firefox, sound.env),
      hasSound: true,
      jobs: JOBS,
    });
    const unheard = await runJobs({
      browser: 'Firefox without a sound device',
      launch: () => launch(firefox, NO_SOUND),
      hasSound: false,
      jobs: SOUNDLESS_JOBS,
    });
    const offline = await runJobs({
      browser: 'Firefox without a network',
      launch: () => launch(firefox, sound.env),
      hasSound: true,
      jobs: OFFLINE_JOBS,
    });
    return sumOf([heard, unheard, offline]);
  } finally {
    await sound.close();
  }
}

/**
 * @param {string} program
 * @param {Record<string, string>} env of its sound
 * @returns {Promise<import('./tab.mjs').Session>}
 */
async function launch(program, env) {
  const profile = await mkdtemp(join(tmpdir(), 'understudy-firefox-'));
  const port = await freePort();
  const preferences = {
    'marionette.port': port,
    // Grants the microphone without asking.
    'media.navigator.permission.disabled': true,
    'app.update.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.reportingpolicy.firstRun': false,
  };
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const args = ['--headless', '--marionette', '--no-remote', '--profile', profile];
  const browser = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const stop = async () => {
    if (browser.exitCode === null && browser.signalCode === null) {
      const ended = once(browser, 'exit');
      browser.kill();
      await ended;
    }
    await rm(profile, { recursive: true, force: true });
  };
  try {
    const session = await openMarionette(port);
    return {
      send: session.send,
      async close() {
        await session.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
