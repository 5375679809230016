import type { Frame, FrameFormat } from './frame';

/** Hz by index. */
const RATES_HZ = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const FRAME_SAMPLES = 1024;

/** AAC in ADTS. */
export const ADTS: FrameFormat = { mimeType: 'audio/aac', readFrame, isSplitByTags: true };

/** ISO/IEC 13818-7, section 6.2; null where there is no header, or one that states no channels or several blocks, as demuxers refuse it. */
function readFrame(head: Uint8Array): Frame | null {
  const [sync, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = head;
  if (head.length < 7 || sync !== 0xff || (a & 0xf6) !== 0xf0 || f & 3) return null;
  const rateHz = RATES_HZ[(b >> 2) & 15];
  const channels = ((b & 1) << 2) | (c >> 6);
  const bytes = ((c & 3) << 11) | (d << 3) | (e >> 5);
  const headerBytes = a & 1 ? 7 : 9;
  if (!rateHz || channels === 0 || bytes <= headerBytes) return null;
  return { shape: `${b >> 6} ${rateHz} ${channels}`, bytes, seconds: FRAME_SAMPLES / rateHz };
}
