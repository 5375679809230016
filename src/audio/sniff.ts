/** First bytes of the supported formats; a dot stands for any byte. */
const SIGNATURES = ['RIFF....WAVE', 'RF64....WAVE', 'ID3', 'fLaC', 'OggS', '....ftyp', '\x1aE\xdf\xa3'];

/** Whether a file's first bytes, 12 or more, are those of an audio format. */
export function looksLikeAudio(head: Uint8Array): boolean {
  const isMp3Frame = head[0] === 0xff && (head[1] ?? 0) >= 0xe2;
  return isMp3Frame || SIGNATURES.some((signature) => startsWith(head, signature));
}

/** Whether a RIFF file is shorter than its header states. Programs that cannot seek back write 0 or all ones there. */
export function isRiffCut(head: Uint8Array, fileBytes: number): boolean {
  if (head.length < 8 || !startsWith(head, 'RIFF')) return false;
  const size = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
  return size !== 0 && size < 0xffffff00 && size + 8 > fileBytes + 1;
}

/** Whether an MP3 states its length in a Xing or Info header; otherwise it is estimated from the first frame's bit rate. */
export function mp3StatesLength(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head);
  return text.includes('Xing') || text.includes('Info');
}

/** Size in bytes of the ID3v2 tag at the start, 0 without one. */
export function id3Bytes(head: Uint8Array): number {
  if (!startsWith(head, 'ID3') || head.length < 10) return 0;
  const [a, b, c, d] = head.subarray(6, 10) as unknown as [number, number, number, number];
  return 10 + ((a << 21) | (b << 14) | (c << 7) | d);
}

function startsWith(head: Uint8Array, signature: string): boolean {
  return Array.from(signature).every((char, i) => char === '.' || head[i] === char.charCodeAt(0));
}
