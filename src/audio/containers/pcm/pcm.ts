import { viewOf } from '../blob-reader';

/** Encodings of PCM by mediabunny's names; big-endian ones end in `be`. */
export type PcmCodec =
  'pcm-u8' | 'pcm-s8' | `pcm-s${16 | 24 | 32}${'' | 'be'}` | `pcm-f${32 | 64}${'' | 'be'}` | 'ulaw' | 'alaw';

type Read = (view: DataView, at: number) => number;

const READERS: Record<PcmCodec, { bytes: number; read: Read }> = {
  'pcm-u8': { bytes: 1, read: (view, at) => view.getUint8(at) / 128 - 1 },
  'pcm-s8': { bytes: 1, read: (view, at) => view.getInt8(at) / 128 },
  'pcm-s16': { bytes: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  'pcm-s16be': { bytes: 2, read: (view, at) => view.getInt16(at) / 2 ** 15 },
  'pcm-s24': {
    bytes: 3,
    read: (view, at) => (view.getInt8(at + 2) * 2 ** 16 + view.getUint16(at, true)) / 2 ** 23,
  },
  'pcm-s24be': {
    bytes: 3,
    read: (view, at) => (view.getInt16(at) * 2 ** 8 + view.getUint8(at + 2)) / 2 ** 23,
  },
  'pcm-s32': { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  'pcm-s32be': { bytes: 4, read: (view, at) => view.getInt32(at) / 2 ** 31 },
  'pcm-f32': { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  'pcm-f32be': { bytes: 4, read: (view, at) => view.getFloat32(at) },
  'pcm-f64': { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  'pcm-f64be': { bytes: 8, read: (view, at) => view.getFloat64(at) },
  ulaw: { bytes: 1, read: (view, at) => ulaw(view.getUint8(at)) },
  alaw: { bytes: 1, read: (view, at) => alaw(view.getUint8(at)) },
};

export function isPcm(codec: string): codec is PcmCodec {
  return codec in READERS;
}

/** Bytes of one sample of one channel. */
export function sampleBytes(codec: PcmCodec): number {
  return READERS[codec].bytes;
}

/** Interleaved PCM as one array for each channel, -1..1 for integers; an incomplete last frame is dropped. */
export function pcmPlanes(bytes: Uint8Array, codec: PcmCodec, channels: number): Float32Array[] {
  const { bytes: width, read } = READERS[codec];
  const view = viewOf(bytes);
  const frames = Math.floor(bytes.length / (width * channels));
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: frames }, (_, i) => read(view, (i * channels + channel) * width)),
  );
}

/** ITU-T G.711, table 2: 8 bits of mu-law. */
function ulaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return (bits & 0x80 ? -magnitude : magnitude) / 2 ** 15;
}

/** ITU-T G.711, table 1: 8 bits of A-law. */
function alaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) / 2 ** 15;
}
