/** First bytes of the formats that are read here, for `startsWith`. */
const READABLE = [
  'RIFF....WAVE',
  'RIFX....WAVE',
  'RF64....WAVE',
  'riff\x2e\x91\xcf\x11',
  'FORM....AIF',
  '.snd',
  'caff',
  'ID3',
  'fLaC',
  'OggS',
  '....ftyp',
  '\x1aE\xdf\xa3',
];

/** The format of files that hold notes and no sound. */
export const NOTES = 'MIDI';

/** Names of the formats that may hold sound but are not read here, by their first bytes; the same in every language. */
const OTHERS: [string, string][] = [
  ['#!AMR', 'AMR'],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'Windows Media (WMA, WMV, ASF)'],
  ['RIFF....AVI ', 'AVI'],
  ['FLV\x01', 'Flash Video (FLV)'],
  ['.RMF', 'RealMedia'],
  ['.ra\xfd', 'RealAudio'],
  ['DSD ', 'DSD (DSF)'],
  ['FRM8', 'DSD (DFF)'],
  ['wvpk', 'WavPack'],
  ['MAC ', "Monkey's Audio"],
  ['MPCK', 'Musepack'],
  ['MP+', 'Musepack'],
  ['TTA1', 'TTA'],
  ['\0\0\x01\xba', 'MPEG-PS (MPG, VOB)'],
  ['\0\0\x01\xb3', 'MPEG-2 (M2V)'],
  ['\x0b\x77', 'Dolby Digital (AC-3, E-AC-3)'],
  ['\x7f\xfe\x80\x01', 'DTS'],
  ['\xfe\x7f\x01\x80', 'DTS'],
  ['DTSHDHDR', 'DTS'],
  ['nut/multimedia', 'NUT'],
  ['Creative Voice File', 'Creative Voice (VOC)'],
  ['MThd', NOTES],
  ['RIFF....RMID', NOTES],
];

/** Formats whose sound lies in pieces between other bytes: whoever looks for frames of MP3 in them finds noise. */
const INTERLEAVED = ['\0\0\x01\xba', 'RIFF....AVI ', 'FLV\x01'];

/** Whether a file's first bytes, 12 or more, are those of a format that is read here. */
export function looksLikeAudio(head: Uint8Array): boolean {
  const isMp3Frame = head[0] === 0xff && (head[1] ?? 0) >= 0xe2;
  return isMp3Frame || READABLE.some((signature) => startsWith(head, signature));
}

/** Name of the format of a file by its first bytes, 20 or more, where it is one for sound that is not read here. */
export function otherFormat(head: Uint8Array): string | undefined {
  return OTHERS.find(([signature]) => startsWith(head, signature))?.[1];
}

/** Whether a file begins like one of a container in which decoders that do not know it find noise. */
export function isInterleaved(head: Uint8Array): boolean {
  return INTERLEAVED.some((signature) => startsWith(head, signature));
}

/** Whether the first bytes, 20 or more, are those of a format for sound with a signature of its own. */
export function beginsRecording(head: Uint8Array): boolean {
  return READABLE.some((signature) => startsWith(head, signature)) || otherFormat(head) !== undefined;
}

/** Size in bytes of the ID3v2 tag at the start, 0 without one. */
export function id3Bytes(head: Uint8Array): number {
  if (!startsWith(head, 'ID3') || head.length < 10) return 0;
  const [a, b, c, d] = head.subarray(6, 10) as unknown as [number, number, number, number];
  return 10 + ((a << 21) | (b << 14) | (c << 7) | d);
}

/** What follows the ID3v2 tags of a file where it is of a format with a signature; else the file itself, as MP3 and AAC. */
export async function withoutTag(file: Blob): Promise<Blob> {
  const headAt = async (at: number) => new Uint8Array(await file.slice(at, at + 20).arrayBuffer());
  let at = 0;
  for (let head = await headAt(0), tag = -1; tag !== 0; head = await headAt(at)) at += tag = id3Bytes(head);
  return at > 0 && beginsRecording(await headAt(at)) ? file.slice(at) : file;
}

/** Whether `head` begins with these bytes; a dot stands for any byte. */
export function startsWith(head: Uint8Array, signature: string): boolean {
  return Array.from(signature).every((char, i) => char === '.' || head[i] === char.charCodeAt(0));
}
