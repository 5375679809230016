import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

export const RATE_HZ = 24000;
const ENDINGS = new Set(['.wav', '.mp3', '.opus', '.ogg', '.flac', '.m4a']);
const LARGEST = 2 ** 30;

/** Whether ffmpeg is installed. */
export const HAS_FFMPEG = spawnSync('ffmpeg', ['-version']).status === 0;
const ENCODERS = HAS_FFMPEG ? listOf('-encoders') : '';
const FILTERS = HAS_FFMPEG ? listOf('-filters') : '';

/** @param {string} what */
function listOf(what) {
  return spawnSync('ffmpeg', ['-hide_banner', what], { encoding: 'utf8' }).stdout;
}

/** @param {string} name an encoder or a filter of ffmpeg */
export function ffmpegHas(name) {
  return new RegExp(`\\s${name}\\s`).test(ENCODERS + FILTERS);
}

/**
 * Processes samples with ffmpeg: filters, and optionally encoding and decoding.
 *
 * @param {Float32Array} samples mono at 24 kHz
 * @param {string[]} filter arguments between input and output
 * @param {{ format: string, args: string[] }} [coding] container and encoder, decoded again afterwards
 * @returns {Float32Array}
 */
export function throughFfmpeg(samples, filter, coding) {
  const raw = ['-f', 'f32le', '-ar', String(RATE_HZ), '-ac', '1'];
  const input = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  if (!coding) return floats(ffmpeg([...raw, '-i', 'pipe:0', ...filter, ...raw, 'pipe:1'], input));
  const coded = ffmpeg(
    [...raw, '-i', 'pipe:0', ...filter, ...coding.args, '-f', coding.format, 'pipe:1'],
    input,
  );
  const reader = coding.format === 'adts' ? 'aac' : coding.format;
  return floats(ffmpeg(['-f', reader, '-i', 'pipe:0', ...raw, 'pipe:1'], coded));
}

/**
 * @param {string[]} args
 * @param {Buffer} [input]
 */
function ffmpeg(args, input) {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], {
    input,
    maxBuffer: LARGEST,
  });
  if (status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${String(stderr)}`);
  return stdout;
}

/** @param {Buffer} bytes */
function floats(bytes) {
  return new Float32Array(Uint8Array.from(bytes).buffer, 0, Math.floor(bytes.length / 4));
}

/**
 * Mono samples at 24 kHz of a file; without ffmpeg only of mono 16-bit WAV.
 *
 * @param {string} file
 * @param {typeof import('./internals.ts').Resampler} Resampler
 */
export function readAudio(file, Resampler) {
  const wav = extname(file).toLowerCase() === '.wav' ? readWav(readFileSync(file)) : null;
  if (wav) return resample(wav.samples, wav.rate, RATE_HZ, Resampler);
  if (!HAS_FFMPEG) throw new Error(`${file}: without ffmpeg only mono WAV files of 16 bits can be read.`);
  return floats(ffmpeg(['-i', file, '-f', 'f32le', '-ar', String(RATE_HZ), '-ac', '1', 'pipe:1']));
}

/**
 * Samples of a mono WAV file of 16 bits, null for others.
 *
 * @param {Buffer} bytes
 */
function readWav(bytes) {
  const data = bytes.indexOf('data');
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || data < 0) return null;
  if (bytes.readUInt16LE(22) !== 1 || bytes.readUInt16LE(34) !== 16) return null;
  const size = Math.min(bytes.readUInt32LE(data + 4), bytes.length - data - 8);
  const samples = new Float32Array(Math.floor(size / 2));
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(data + 8 + 2 * i) / 32768;
  return { samples, rate: bytes.readUInt32LE(24) };
}

/**
 * A mono WAV file of 32-bit floats.
 *
 * @param {Float32Array} samples
 * @param {number} [rateHz]
 */
export function wavOf(samples, rateHz = RATE_HZ) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(3, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(4 * rateHz, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(32, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/**
 * @param {Float32Array} samples
 * @param {number} from
 * @param {number} to
 * @param {typeof import('./internals.ts').Resampler} Resampler
 */
export function resample(samples, from, to, Resampler) {
  if (from === to) return samples;
  const resampler = new Resampler(from, to);
  return concat(resampler.push(samples), resampler.end());
}

/** @param {...Float32Array} parts */
export function concat(...parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The recordings below a folder, or the file itself, in order.
 *
 * @param {string} path
 * @returns {string[]}
 */
export function recordingsIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => ENDINGS.has(extname(name).toLowerCase()))
    .sort()
    .map((name) => join(path, name));
}
