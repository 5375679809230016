import type { Frame, FrameFormat } from './frame';

const RATES_HZ = [44100, 48000, 32000];
/** kbit/s by layer (1, 2, 3) of MPEG-1, then of MPEG-2 and 2.5. */
const BITRATES = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

export const MP3: FrameFormat = { mimeType: 'audio/mpeg', readFrame, isSplitByTags: false };

/** ISO/IEC 11172-3, section 2.4.2.3, and 13818-3; null where there is no frame header. */
function readFrame([sync, a = 0, b = 0, c = 0]: Uint8Array): Frame | null {
  if (sync !== 0xff || a < 0xe0) return null;
  const version = (a >> 3) & 3;
  const layer = 4 - ((a >> 1) & 3);
  const [bitrate, rate] = [b >> 4, (b >> 2) & 3];
  if (version === 1 || layer === 4 || bitrate === 0 || bitrate === 15 || rate === 3) return null;
  const isFirst = version === 3;
  const rateHz = RATES_HZ[rate]! / (isFirst ? 1 : version === 2 ? 2 : 4);
  const bitsPerSecond = 1000 * BITRATES[layer - 1 + (isFirst ? 0 : 3)]![bitrate - 1]!;
  const padding = (b >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 3 && !isFirst ? 576 : 1152;
  const slot = layer === 1 ? 4 : 1;
  const bytes = slot * (Math.floor(((samples / 8 / slot) * bitsPerSecond) / rateHz) + padding);
  const shape = `${version} ${layer} ${rateHz} ${c >> 6 === 3 ? 'mono' : 'stereo'}`;
  return { shape, bytes, seconds: samples / rateHz };
}
