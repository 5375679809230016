import type { InputAudioTrack } from 'mediabunny';
import { m } from '../../text/messages';

/** Names by mediabunny's names, by the sample entries of MP4 and by the codec ids of Matroska. */
const NAMES: Record<string, string> = {
  aac: 'AAC',
  opus: 'Opus',
  mp3: 'MP3',
  vorbis: 'Vorbis',
  flac: 'FLAC',
  ac3: 'Dolby Digital (AC-3)',
  eac3: 'Dolby Digital Plus (E-AC-3)',
  dts: 'DTS',
  'ac-4': 'Dolby AC-4',
  samr: 'AMR',
  sawb: 'AMR-WB',
  sevc: 'EVRC',
  sqcp: 'QCELP',
  alac: 'Apple Lossless (ALAC)',
  ima4: 'IMA ADPCM',
  agsm: 'GSM 6.10',
  mhm1: 'MPEG-H',
  A_ALAC: 'Apple Lossless (ALAC)',
  A_TRUEHD: 'Dolby TrueHD',
  A_DTS: 'DTS',
  'A_MS/ACM': 'Windows ACM',
};

/** Sample entry of MP4 for encrypted sound. */
const ENCRYPTED = 'enca';

/** The name of a track's codec for people; the file's own name for it where it is not known here. */
export async function codecName(track: InputAudioTrack): Promise<string> {
  const id = (await track.getCodec()) ?? (await track.getInternalCodecId());
  if (id === null) return m.audio_codec_unknown();
  if (id === ENCRYPTED) return m.audio_codec_encrypted();
  return NAMES[String(id)] ?? `"${typeof id === 'object' ? [...id].join('.') : id}"`;
}
