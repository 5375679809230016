import { SYNTHESIS_HOP } from '../dsp/signal';
import type { Networks } from './backends/network';
import { ContentEncoder } from './content';
import { Generator } from './generator';
import { BANDS, CODE_SIZE, CODES_PER_SECOND, FRAMES_PER_CODE, TIMBRE_BANDS } from './shapes';
import { ConversionStream } from './stream';
import { DEFAULT_CONTROLS } from './types';
import type { Voice } from './voice';

const NETWORK_CODES = 25;
const NETWORK_RUNS = 12;
const STREAM_CODES = 40;
const STREAM_RATE_HZ = 16000;
/** No further run is started after this time, so a benchmark takes at most this long plus one run. */
const LIMIT_MS = 2000;

/** Real-time factor of both networks, without synthesis: seconds of computing per second of speech. */
export async function networkRtf(networks: Networks): Promise<number> {
  const frames = NETWORK_CODES * FRAMES_PER_CODE;
  const content = new ContentEncoder(networks);
  const generator = new Generator(networks, { embedding: new Float32Array(CODE_SIZE) });
  const logMel = filled(frames * BANDS, () => -8 * Math.random());
  const input = {
    contentCodes: filled(NETWORK_CODES * CODE_SIZE, () => Math.random() - 0.5),
    timbre: filled(NETWORK_CODES * TIMBRE_BANDS, () => Math.random()),
    f0Hz: filled(frames, () => 150),
    voiced: filled(frames, () => 1),
    loudnessDb: filled(frames, () => -30),
    logMel,
  };
  const run = async () => {
    await content.push(logMel);
    await generator.push(input);
  };
  // The first run compiles shaders and fills caches; the browser optimises the WebAssembly code during the next runs.
  await run();
  const bestMs = await shortestMs(run, NETWORK_RUNS);
  content.dispose();
  generator.dispose();
  return bestMs / 1000 / (NETWORK_CODES / CODES_PER_SECOND);
}

/** Real-time factor of a whole stream that is pushed in blocks of `blockCodes`. Also warms up the networks. */
export async function streamRtf(networks: Networks, voice: Voice, blockCodes: number): Promise<number> {
  const stream = new ConversionStream({
    networks,
    voice,
    controls: DEFAULT_CONTROLS,
    profile: { medianF0Hz: 150, speechLevelDb: voice.speechLevelDb },
    use: 'live',
    sampleRateHz: STREAM_RATE_HZ,
    blockCodes,
  });
  const push = () =>
    stream.push(filled((STREAM_RATE_HZ / CODES_PER_SECOND) * blockCodes, () => 0.2 * (Math.random() - 0.5)));
  let pushes = 0;
  // A push computes a whole block only after the look-ahead is filled.
  do pushes++;
  while ((await push()).length < blockCodes * FRAMES_PER_CODE * SYNTHESIS_HOP);
  const bestMs = await shortestMs(push, Math.max(1, STREAM_CODES / blockCodes - pushes));
  stream.dispose();
  return bestMs / 1000 / (blockCodes / CODES_PER_SECOND);
}

/** Shortest duration of up to `runs` runs; no run is started after LIMIT_MS. */
async function shortestMs(run: () => Promise<unknown>, runs: number): Promise<number> {
  let best = Infinity;
  const endMs = performance.now() + LIMIT_MS;
  for (let done = 0; done < runs && (done === 0 || performance.now() < endMs); done++) {
    const startedMs = performance.now();
    await run();
    best = Math.min(best, performance.now() - startedMs);
  }
  return best;
}

function filled(size: number, value: () => number): Float32Array {
  return Float32Array.from({ length: size }, value);
}
