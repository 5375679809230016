export interface WavShape {
  sampleRateHz?: number;
  channels?: number;
  /** `pcm16` by default. */
  format?: 'pcm16' | 'float32';
}

/** The bytes of a WAV file with the same samples in every channel. */
export function makeWav(
  samples: ArrayLike<number>,
  { sampleRateHz = 16000, channels = 1, format = 'pcm16' }: WavShape = {},
): Buffer {
  const width = format === 'pcm16' ? 2 : 4;
  const data = Buffer.alloc(samples.length * channels * width);
  for (let i = 0; i < samples.length; i++) {
    for (let c = 0; c < channels; c++) {
      const at = (i * channels + c) * width;
      if (format === 'pcm16')
        data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, samples[i]!)) * 32767), at);
      else data.writeFloatLE(samples[i]!, at);
    }
  }
  return Buffer.concat([wavHeader(data.length, sampleRateHz, channels, format), data]);
}

/** The 44 bytes before `dataBytes` of samples. */
export function wavHeader(
  dataBytes: number,
  sampleRateHz: number,
  channels: number,
  format: 'pcm16' | 'float32',
): Buffer {
  const width = format === 'pcm16' ? 2 : 4;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format === 'pcm16' ? 1 : 3, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * channels * width, 28);
  header.writeUInt16LE(channels * width, 32);
  header.writeUInt16LE(8 * width, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** Samples of a mono 16-bit WAV file, which may have other chunks before and after them. */
export function readWav(bytes: Buffer): Float32Array {
  let at = 12;
  while (bytes.toString('latin1', at, at + 4) !== 'data') {
    const size = bytes.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  const start = at + 8;
  return Float32Array.from(
    { length: bytes.readUInt32LE(at + 4) / 2 },
    (_, i) => bytes.readInt16LE(start + 2 * i) / 32768,
  );
}
