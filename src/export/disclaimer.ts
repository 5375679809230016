import { decodeFile } from '../audio/decode';
import { matchedGains } from '../audio/loudness';
import { resample } from '../dsp/resample';
import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { m } from '../text/messages';
import disclaimers from './disclaimers.json';

/** Text and published voice of each disclaimer. scripts/disclaimers.mjs makes the audio. */
export const DISCLAIMERS = disclaimers;

export type DisclaimerLanguage = keyof typeof DISCLAIMERS;

const PAUSE_SECONDS = 0.6;

/** The spoken disclaimer at the loudness of the samples, 0.6 s of silence, the samples; all at 24 kHz. */
export async function withDisclaimer(
  samples: Float32Array,
  language: DisclaimerLanguage,
): Promise<Float32Array> {
  const spoken = await loadDisclaimer(language);
  const [spokenGain, samplesGain] = matchedGains(spoken, SYNTHESIS_RATE_HZ, samples, SYNTHESIS_RATE_HZ);
  const start = spoken.length + Math.round(PAUSE_SECONDS * SYNTHESIS_RATE_HZ);
  const joined = new Float32Array(start + samples.length);
  joined.set(spoken.map((x) => (x * spokenGain) / samplesGain));
  joined.set(samples, start);
  return joined;
}

/** The spoken disclaimer, mono at 24 kHz. */
export async function loadDisclaimer(language: DisclaimerLanguage): Promise<Float32Array> {
  const response = await fetch(new URL(`disclaimer/${language}.opus`, document.baseURI));
  if (!response.ok) throw new Error(m.store_server_answered({ status: response.status }));
  const { samples, sampleRateHz } = await decodeFile(await response.blob(), `${language}.opus`);
  return resample(samples, sampleRateHz, SYNTHESIS_RATE_HZ);
}
