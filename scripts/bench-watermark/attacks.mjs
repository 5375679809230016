import { concat, ffmpegHas, RATE_HZ, resample, throughFfmpeg } from './audio.mjs';
import {
  addNoise,
  biquad,
  compress,
  convolve,
  pinkNoise,
  powerOf,
  roomResponse,
  steep,
  whiteNoise,
} from './effects.mjs';

/**
 * @typedef {object} Setting
 * @property {() => number} random
 * @property {Float32Array} other unmarked speech, at least as long
 * @property {typeof import('./internals.ts')} mark
 *
 * @typedef {object} Attack
 * @property {string} name
 * @property {number} [bar] share that must be found in 5 s
 * @property {boolean} [payloadBar] whether 98 % of the payloads must be decoded in 10 s
 * @property {string} [needs] an encoder or filter of ffmpeg
 * @property {boolean} [apart] whether clips of 5 s are attacked separately instead of being cut from the attacked 10 s
 * @property {number} [rateHz] sample rate that the detector is given, where it is not 24 kHz
 * @property {(samples: Float32Array, setting: Setting) => Float32Array} run
 */

/** @param {number} seconds */
const samplesIn = (seconds) => Math.round(seconds * RATE_HZ);

/**
 * @param {string} name
 * @param {string} needs
 * @param {string} format
 * @param {string[]} args
 * @returns {Attack}
 */
const codec = (name, needs, format, ...args) => ({
  name,
  needs,
  run: (x) => throughFfmpeg(x, [], { format, args: ['-c:a', needs, ...args] }),
});

/**
 * @param {string} name
 * @param {string} needs
 * @param {string} filter
 * @returns {Attack}
 */
const filtered = (name, needs, filter) => ({ name, needs, run: (x) => throughFfmpeg(x, ['-af', filter]) });

/**
 * Resampled to another rate and back.
 *
 * @param {number} hz
 * @returns {Attack}
 */
const resampled = (hz) => ({
  name: `resampled to ${hz / 1000} kHz`,
  run: (x, { mark }) => resample(resample(x, RATE_HZ, hz, mark.Resampler), hz, RATE_HZ, mark.Resampler),
});

/**
 * Played faster by resampling, so that the pitch rises too.
 *
 * @param {number} speed
 * @returns {Attack}
 */
const sped = (speed) => ({
  name: `speed ${speed}`,
  run: (x, { mark }) => resample(x, Math.round(RATE_HZ * speed), RATE_HZ, mark.Resampler),
});

/**
 * @param {'white' | 'pink' | 'babble'} kind
 * @param {number} snrDb
 * @returns {Attack}
 */
const noisy = (kind, snrDb) => ({
  name: `${kind} noise ${snrDb} dB below`,
  run: (x, { random, other }) => {
    if (kind === 'white') return addNoise(x, whiteNoise(x.length, random), snrDb);
    if (kind === 'pink') return addNoise(x, pinkNoise(x.length, random), snrDb);
    const babble = new Float32Array(x.length);
    for (let voice = 0; voice < 6; voice++) {
      const start = Math.floor(random() * other.length);
      for (let i = 0; i < babble.length; i++)
        babble[i] = (babble[i] ?? 0) + (other[(start + i) % other.length] ?? 0);
    }
    return addNoise(x, babble, snrDb);
  },
});

/** @param {number} metres */
const inRoom = (metres) => {
  const response = roomResponse(metres);
  return (/** @type {Float32Array} */ x, /** @type {Setting} */ { mark }) =>
    convolve(x, response, mark.RealFft);
};

/**
 * @param {number} seconds
 * @returns {Attack}
 */
const cropped = (seconds) => ({
  name: `cropped to ${seconds} s`,
  apart: true,
  run: (x, { random }) => {
    const start = Math.floor(random() * Math.max(0, x.length - samplesIn(seconds)));
    return x.slice(start, start + samplesIn(seconds));
  },
});

/** @param {number} cents */
const pitched = (cents) =>
  filtered(
    `pitch ${cents > 0 ? '+' : ''}${cents} cents`,
    'rubberband',
    `rubberband=pitch=${2 ** (cents / 1200)}`,
  );

/** @param {number} tempo */
const stretched = (tempo) => filtered(`stretch: tempo ${tempo}`, 'atempo', `atempo=${tempo}`);

const acrossTheRoom = inRoom(2.5);

/** @type {(x: Float32Array) => number} */
const rms = (x) => Math.sqrt(powerOf(x));

/** Bars: 99 % detected in 5 s, 98 % of payloads decoded in 10 s. @type {Attack[]} */
const FIRST = [
  { name: 'none', run: (x) => x },
  codec('MP3 128 kbit/s', 'libmp3lame', 'mp3', '-b:a', '128k'),
  codec('MP3 64 kbit/s', 'libmp3lame', 'mp3', '-b:a', '64k'),
  codec('MP3 32 kbit/s', 'libmp3lame', 'mp3', '-b:a', '32k'),
  codec('AAC 64 kbit/s', 'aac', 'adts', '-b:a', '64k'),
  codec('Opus 32 kbit/s', 'libopus', 'ogg', '-b:a', '32k'),
  codec('Opus 16 kbit/s', 'libopus', 'ogg', '-b:a', '16k'),
  resampled(44100),
  resampled(16000),
  { name: 'low-pass 4 kHz', run: (x) => steep(x, 'lowpass', 4000) },
  noisy('white', 20),
  noisy('pink', 20),
  noisy('babble', 20),
  {
    name: 'echo, 0.5 after 120 ms',
    run: (x) => x.map((value, i) => value + 0.5 * (x[i - samplesIn(0.12)] ?? 0)),
  },
  { name: 'gain -20 dB', run: (x) => x.map((value) => 0.1 * value) },
  {
    name: 'clipped at twice the RMS',
    run: (x) => {
      const limit = 2 * rms(x);
      return x.map((value) => Math.min(limit, Math.max(-limit, value)));
    },
  },
  { name: 'compressor 4:1', run: (x) => compress(x) },
  {
    name: 'EQ +10 dB at 500 Hz, -10 dB at 2.5 kHz',
    run: (x) => biquad(biquad(x, 'peak', 500, 1, 10), 'peak', 2500, 1, -10),
  },
  ...[0.8, 0.9, 1.1, 1.25].map(stretched),
  ...[0.8, 0.9, 1.1, 1.25].map(sped),
  ...[-50, 50].map(pitched),
  {
    name: 'spliced into other speech',
    apart: true,
    run: (x, { other }) =>
      concat(other.subarray(0, samplesIn(4)), x, other.subarray(samplesIn(4), samplesIn(8))),
  },
];

/** Bar: 95 % detected in 5 s. @type {Attack[]} */
const SECOND = [
  codec('MP3 16 kbit/s', 'libmp3lame', 'mp3', '-ar', '16000', '-b:a', '16k'),
  codec('Opus 6 kbit/s', 'libopus', 'ogg', '-b:a', '6k'),
  resampled(8000),
  codec('mu-law, 8 kHz', 'pcm_mulaw', 'wav', '-ar', '8000'),
  codec('GSM', 'libgsm', 'gsm', '-ar', '8000'),
  { name: 'low-pass 2 kHz', run: (x) => steep(x, 'lowpass', 2000) },
  noisy('white', 10),
  noisy('pink', 10),
  noisy('babble', 10),
  { name: 'room, 2.5 m', run: acrossTheRoom },
  ...[-100, 100].map(pitched),
  cropped(2),
];

/** No bar. @type {Attack[]} */
const OTHERS = [
  codec('AAC 24 kbit/s', 'aac', 'adts', '-b:a', '24k'),
  codec('Vorbis, quality 0', 'libvorbis', 'ogg', '-q:a', '0'),
  codec('Speex 8 kHz', 'libspeex', 'ogg', '-ar', '8000'),
  codec('AMR-NB', 'libopencore_amrnb', 'amr', '-ar', '8000'),
  codec('Codec 2, 3200 bit/s', 'libcodec2', 'codec2', '-ar', '8000', '-mode', '3200'),
  { name: 'high-pass 500 Hz', run: (x) => steep(x, 'highpass', 500) },
  noisy('white', 5),
  noisy('pink', 5),
  noisy('babble', 5),
  { name: 'room, 0.5 m', run: inRoom(0.5) },
  { name: 'room, 5 m', run: inRoom(5) },
  {
    name: 'small speaker (300 Hz to 5 kHz) in a room, 2.5 m',
    run: (x, setting) => acrossTheRoom(steep(steep(x, 'highpass', 300), 'lowpass', 5000), setting),
  },
  ...[0.75, 1.33].map(stretched),
  ...[0.75, 1.33].map(sped),
  {
    name: '44.1 kHz taken for 48',
    run: (x, { mark }) => resample(x, RATE_HZ, 44100, mark.Resampler),
    rateHz: 48000,
  },
  { name: '16 kHz taken for 24', run: (x, { mark }) => resample(x, RATE_HZ, 16000, mark.Resampler) },
  ...[1, 3].map(cropped),
  {
    name: 'every other half second cut out',
    run: (x) => x.filter((_, i) => Math.floor(i / samplesIn(0.5)) % 2 === 0),
  },
  filtered('denoised by FFT', 'afftdn', 'afftdn=nr=20'),
  { name: 'DC offset', run: (x) => x.map((value) => value + 0.1) },
  { name: 'inverted', run: (x) => x.map((value) => -value) },
  {
    name: 'marked again',
    run: (x, { mark }) => mark.embedWatermark(x, { version: 9, id24: 0x123456 }),
  },
];

/** @type {Attack[]} */
const ATTACKS = [
  ...FIRST.map((attack) => ({ ...attack, bar: 0.99, payloadBar: true })),
  ...SECOND.map((attack) => ({ ...attack, bar: 0.95 })),
  ...OTHERS,
];

/** Names of attacks that ffmpeg here lacks the encoder or filter for. */
export const MISSING = ATTACKS.filter(({ needs }) => needs && !ffmpegHas(needs)).map(({ name }) => name);

/**
 * The attacks that can be run here.
 *
 * @param {string | undefined} only part of the names
 */
export function attacksNamed(only) {
  return ATTACKS.filter(({ name }) => !MISSING.includes(name) && (!only || name.includes(only)));
}
