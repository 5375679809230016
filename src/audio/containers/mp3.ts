import { BlobReader } from './blob-reader';
import { id3Bytes } from '../sniff';

interface Frame {
  /** Version, layer, rate and mono or stereo: a decoder is set up for one of them. */
  shape: string;
  bytes: number;
}

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
/** Frames of one shape in a row by which a change is told from a chance pattern. */
const CONFIRMED_FRAMES = 3;

/** Splits an MP3 where its rate or its number of channels changes, as in joined files; one part, the file itself, without a change. */
export async function mp3Parts(file: Blob): Promise<Blob[]> {
  const reader = new BlobReader(file);
  const starts = [0];
  let shape: string | undefined;
  let at = id3Bytes(await reader.read(0, 10));
  while (at + 4 <= file.size) {
    const frame = await frameAt(reader, at);
    if (frame && frame.shape === shape) {
      at += frame.bytes;
    } else if (frame && (await isRun(reader, at, frame.shape))) {
      if (shape !== undefined) starts.push(at);
      shape = frame.shape;
    } else {
      const tag = id3Bytes(await reader.read(at, 10));
      at = tag > 0 ? at + tag : await nextSync(reader, at + 1);
    }
  }
  if (starts.length === 1) return [file];
  return starts.map((start, i) => file.slice(start, starts[i + 1] ?? file.size, 'audio/mpeg'));
}

/** Position of the next 11 set bits, or the end of the file. */
function nextSync(reader: BlobReader, from: number): Promise<number> {
  return reader.find(from, 1, (bytes, i) => bytes[i] === 0xff && (bytes[i + 1] ?? 0) >= 0xe0);
}

async function isRun(reader: BlobReader, from: number, shape: string): Promise<boolean> {
  let at = from;
  for (let count = 0; count < CONFIRMED_FRAMES; count++) {
    const frame = await frameAt(reader, at);
    if (frame?.shape !== shape) return false;
    at += frame.bytes;
  }
  return true;
}

/** ISO/IEC 11172-3, section 2.4.2.3, and 13818-3; null where there is no frame header. */
async function frameAt(reader: BlobReader, at: number): Promise<Frame | null> {
  const [sync, a = 0, b = 0, c = 0] = await reader.read(at, 4);
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
  return { shape: `${version} ${layer} ${rateHz} ${c >> 6 === 3 ? 'mono' : 'stereo'}`, bytes };
}
