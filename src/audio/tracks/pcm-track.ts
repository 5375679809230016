import { pcmPlanes, sampleBytes } from '../containers/pcm/pcm';
import type { PcmFile } from '../containers/pcm/pcm-file';
import type { Chunk, SoundTrack } from './sound-track';

const CHUNK_FRAMES = 1 << 14;

/** The samples of an uncompressed file. */
export function pcmTrack(file: Blob, pcm: PcmFile): SoundTrack {
  const { channels, sampleRateHz } = pcm;
  const frames = pcm.bytes / (channels * sampleBytes(pcm.codec));
  const seconds = frames / sampleRateHz;
  return { number: 1, channels, sampleRateHz, startSeconds: 0, seconds, decode: () => read(file, pcm) };
}

async function* read(
  file: Blob,
  { codec, channels, sampleRateHz, at, bytes }: PcmFile,
): AsyncGenerator<Chunk> {
  const frame = channels * sampleBytes(codec);
  for (let from = 0; from < bytes; from += CHUNK_FRAMES * frame) {
    const end = Math.min(bytes, from + CHUNK_FRAMES * frame);
    const part = new Uint8Array(await file.slice(at + from, at + end).arrayBuffer());
    yield { planes: pcmPlanes(part, codec, channels), sampleRateHz, atSeconds: from / frame / sampleRateHz };
  }
}
