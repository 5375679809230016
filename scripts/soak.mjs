import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './build.mjs';
import { openHarness } from './harness.mjs';
import { command, print } from './output.mjs';
import { countGlitches, largestDifference, readSamples } from './soak/analysis.mjs';
import { broken, EAGER_MEMORY, memoryMb, number, rounded } from './soak/report.mjs';
import { dryLeak, writeMicrophone } from './soak/pilot.mjs';

const USAGE =
  'npm run soak -- [--seconds N] [--throttle factor] [--fault hidden|sleep|unplug|bluetooth|rate|gpu|thermal|worker] [--times N] [--preset quick|balanced|steady]';
const FAULTS = ['hidden', 'sleep', 'unplug', 'bluetooth', 'rate', 'gpu', 'thermal', 'worker'];
const SPEECH = join(ROOT, 'tests/fixtures/audio/speech.wav');
/** Profile of the speaker of that file, as a calibration would measure it; used for both conversions. */
const PROFILE = { medianF0Hz: 120, speechLevelDb: -23 };
const SETTLING_SECONDS = 1;
const PATIENCE_SECONDS = 10;
const BARS = {
  startSeconds: 1.5,
  delayMedianMs: 120,
  delayP99Ms: 200,
  throttledDelayMs: 300,
  recoverySeconds: 2,
  growthMb: 5,
  difference: 1e-3,
  dryLeak: 0.1,
};

/** @typedef {import('../src/harness/live-harness').LiveStartOptions} StartOptions */

await command(async () => {
  const { seconds, throttle, fault, times, preset } = readArguments();
  const folder = await mkdtemp(join(tmpdir(), 'understudy-soak-'));
  const microphone = join(folder, 'microphone.wav');
  await writeMicrophone(SPEECH, microphone);
  const harness = await openHarness({
    args: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`,
      '--autoplay-policy=no-user-gesture-required',
      EAGER_MEMORY,
    ],
  });
  try {
    const session = drive(harness.page);
    /** @type {StartOptions} */
    const options = { voice: 'kathleen', profile: PROFILE, seconds: seconds + 5, preset };
    const startSeconds = await session.call('start', options);
    const startedMs = performance.now();
    // The measurement forces a garbage collection, which pauses the page for a moment.
    const memoryBeforeMb = await memoryMb(harness.page);
    await harness.page.waitForTimeout(1000 * SETTLING_SECONDS);
    const settlingSeconds = (performance.now() - startedMs) / 1000;
    const run = fault
      ? await runFaults(harness.page, fault, times)
      : throttle > 1
        ? await runThrottled(harness.page, seconds, throttle)
        : await runUndisturbed(harness.page, seconds, memoryBeforeMb);
    await session.call('stop');
    const recorded = await recordings(harness, folder, options, fault ? undefined : settlingSeconds);
    const report = {
      seconds,
      ...(throttle > 1 && { throttle }),
      ...(fault && { fault }),
      startSeconds,
      ...run.report,
      ...recorded,
    };
    const failed = [...run.failed, ...judge(report)];
    await print(JSON.stringify({ ...rounded(report), failed }));
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    await harness.close();
    await rm(folder, { recursive: true });
  }
});

/**
 * Calls methods of the page's LiveHarness.
 *
 * @param {import('playwright-core').Page} page
 */
function drive(page) {
  /**
   * @template {keyof import('../src/harness/live-harness').LiveHarness} Name
   * @param {Name} name
   * @param {Parameters<import('../src/harness/live-harness').LiveHarness[Name]>} args
   * @returns {Promise<Awaited<ReturnType<import('../src/harness/live-harness').LiveHarness[Name]>>>}
   */
  const call = (name, ...args) =>
    page.evaluate(
      async (what) => {
        /** @type {any} */
        const live = await window.understudy?.live();
        return live[what.name](...what.args);
      },
      { name, args: /** @type {any[]} */ (args) },
    );
  return { call };
}

/**
 * @param {import('playwright-core').Page} page
 * @param {number} seconds
 * @param {number} memoryBeforeMb
 */
async function runUndisturbed(page, seconds, memoryBeforeMb) {
  const session = drive(page);
  await session.call('clearDelays');
  const before = await session.call('stats');
  await page.waitForTimeout(1000 * seconds);
  const after = await session.call('stats');
  const [p50 = 0, p95 = 0, p99 = 0] = await session.call('delayQuantiles', 0.5, 0.95, 0.99, 1);
  const growthMb = (await memoryMb(page)) - memoryBeforeMb;
  const report = {
    underruns: after.underruns - before.underruns,
    overruns: after.overruns - before.overruns,
    jumps: jumps(after) - jumps(before),
    delayMs: { p50, p95, p99 },
    partsMs: parts(after),
    load: after.load,
    growthMb,
  };
  return {
    report,
    failed: broken({
      'an underrun': report.underruns > 0,
      'an overrun': report.overruns > 0,
      'a jump': report.jumps > 0,
      [`the median delay is above ${BARS.delayMedianMs} ms`]: p50 > BARS.delayMedianMs,
      [`the p99 delay is above ${BARS.delayP99Ms} ms`]: p99 > BARS.delayP99Ms,
      [`memory grew by more than ${BARS.growthMb} MB`]: growthMb > BARS.growthMb,
    }),
  };
}

/**
 * A third of the time undisturbed, a third slowed down by `factor`, and a third after a recovery time.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} seconds
 * @param {number} factor
 */
async function runThrottled(page, seconds, factor) {
  const session = drive(page);
  const third = seconds / 3;
  await session.call('clearDelays');
  await page.waitForTimeout(1000 * third);
  const [p50Before = 0] = await session.call('delayQuantiles', 0.5, 0.95, 0.99, 1);
  await session.call('clearDelays');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: factor });
  await session.call('slowDown', factor, third);
  await page.waitForTimeout(1000 * third);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const during = await session.call('stats');
  const [p50During = 0, , p99During = 0, longest = 0] = await session.call(
    'delayQuantiles',
    0.5,
    0.95,
    0.99,
    1,
  );
  await page.waitForTimeout(1000 * BARS.recoverySeconds);
  await session.call('clearDelays');
  const recovered = await session.call('stats');
  await page.waitForTimeout(1000 * third);
  const after = await session.call('stats');
  const [p50After = 0] = await session.call('delayQuantiles', 0.5, 0.95, 0.99, 1);
  const report = {
    delayMs: { before: p50Before, throttled: p50During, throttledP99: p99During, longest, after: p50After },
    throttledBlockMs: during.blockLengthMs,
    throttledUnderruns: during.underruns,
    throttledJumps: jumps(during),
    underruns: after.underruns - recovered.underruns,
    blockMs: after.blockLengthMs,
  };
  return {
    report,
    failed: broken({
      [`the delay went above ${BARS.throttledDelayMs} ms`]: longest > BARS.throttledDelayMs,
      'the delay did not come back': p50After > p50Before + 30,
      'an underrun after it ended': report.underruns > 0,
    }),
  };
}

/**
 * @param {import('playwright-core').Page} page
 * @param {import('../src/harness/faults').FaultKind} kind
 * @param {number} times
 */
async function runFaults(page, kind, times) {
  const session = drive(page);
  const backSeconds = [];
  for (let i = 0; i < times; i++) {
    const seconds = await session.call('fault', kind, PATIENCE_SECONDS);
    backSeconds.push(seconds ?? Infinity);
    await page.waitForTimeout(1000);
  }
  const stuck = backSeconds.filter((each) => each === Infinity).length;
  const slowest = Math.max(...backSeconds);
  return {
    report: { times, stuck, slowestBackSeconds: slowest },
    failed: broken({
      'it got stuck': stuck > 0,
      [`the sound took longer than ${BARS.recoverySeconds} s to come back`]: slowest > BARS.recoverySeconds,
    }),
  };
}

/**
 * @param {Awaited<ReturnType<typeof openHarness>>} harness
 * @param {string} folder
 * @param {StartOptions} options
 * @param {number | undefined} settlingSeconds time after the first sound that is excluded from the count of glitches; without it nothing is compared
 */
async function recordings(harness, folder, options, settlingSeconds) {
  const session = drive(harness.page);
  const fetchOf = async (/** @type {'heard' | 'spoken' | 'input' | 'output'} */ what, context = 0) => {
    const file = join(folder, `${what}-${context}.f32`);
    await session.call('save', what, harness.addressOf(file), context);
    return readSamples(file);
  };
  const { contexts } = await session.call('recorded');
  let [leak, windows] = [0, 0];
  for (const [i, { sampleRateHz, samples }] of contexts.entries()) {
    if (samples === 0) continue;
    const found = dryLeak(await fetchOf('heard', i), await fetchOf('spoken', i), sampleRateHz);
    leak = Math.max(leak, found.largest);
    windows += found.windows;
  }
  if (windows === 0)
    throw new Error('No pilot tones were found in the microphone signal, so the leak cannot be measured.');
  if (settlingSeconds === undefined) return { dryLeak: leak };
  const file = join(folder, 'offline.f32');
  await session.call('saveOffline', harness.addressOf(file), options);
  const offline = await readSamples(file);
  const heard = await fetchOf('heard');
  return {
    dryLeak: leak,
    difference: largestDifference(await fetchOf('output'), offline),
    ...countGlitches(heard, contexts[0]?.sampleRateHz ?? 0, offline, 24000, settlingSeconds),
  };
}

/** @param {{ startSeconds: number, dryLeak: number, difference?: number, throttle?: number, glitches?: number }} report */
function judge({ startSeconds, dryLeak: leak, difference = 0, glitches = 0, throttle }) {
  return broken({
    [`the first sound took longer than ${BARS.startSeconds} s`]: startSeconds > BARS.startSeconds,
    'the unconverted voice leaked through': leak > BARS.dryLeak,
    [`live and offline differ by more than ${BARS.difference}`]: difference > BARS.difference,
    'a glitch': glitches > 0 && !throttle,
  });
}

/** @param {{ inputJumps: number, outputJumps: number }} stats */
function jumps({ inputJumps, outputJumps }) {
  return inputJumps + outputJumps;
}

/** @param {{ algorithmicMs: number, blockLengthMs: number, delayMs: number, outputLatencyMs: number }} stats */
function parts({ algorithmicMs, blockLengthMs, delayMs, outputLatencyMs }) {
  return {
    model: algorithmicMs,
    block: blockLengthMs,
    waiting: delayMs - algorithmicMs - blockLengthMs,
    speakers: outputLatencyMs,
  };
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '600' },
      throttle: { type: 'string', default: '1' },
      fault: { type: 'string' },
      times: { type: 'string', default: '20' },
      preset: { type: 'string', default: 'quick' },
    },
  });
  const { fault, preset } = values;
  if (fault !== undefined && !FAULTS.includes(fault))
    throw new Error(`--fault is one of ${FAULTS.join(', ')}. Usage: ${USAGE}`);
  if (!['quick', 'balanced', 'steady'].includes(preset))
    throw new Error(`--preset is quick, balanced or steady. Usage: ${USAGE}`);
  return {
    seconds: number('seconds', values.seconds, USAGE),
    throttle: number('throttle', values.throttle, USAGE),
    times: number('times', values.times, USAGE),
    fault: /** @type {import('../src/harness/faults').FaultKind | undefined} */ (fault),
    preset: /** @type {'quick' | 'balanced' | 'steady'} */ (preset),
  };
}
