/* Encoders put samples in front of what they are given and after it; players leave out what the container names. */

/** Samples that FFmpeg's AAC encoder puts in front, and samples of a packet. */
export const AAC_FRAME = 1024;
/** Rate of Opus, in which its container counts. */
export const OPUS_RATE_HZ = 48000;
/** Samples that LAME puts in front; players add the 529 of their decoder. */
const LAME_DELAY = 576;
/** Samples of an MP3 frame below 32 kHz. */
const MP3_FRAME = 576;
/** From the start of the Xing header: the number of frames, and the LAME tag after the table of contents. */
const XING_FRAMES = 8;
const XING_LAME = 116;
/** From the start of the LAME tag: two numbers of 12 bits, the samples to leave out at both ends. */
const LAME_PADDING = 21;

/** Zeros in front of `samples` with which they end at the end of a packet, since players only leave out whole packets there. */
export function aacPadding(samples: number): number {
  return (AAC_FRAME - (samples % AAC_FRAME)) % AAC_FRAME;
}

/**
 * Durations of the packets of Opus up to the end of `samples`, the last one shortened (RFC 7845, section 4.4); all in samples at
 * 48 kHz. The packets after them are left out.
 */
export function opusDurations(durations: number[], samples: number, preSkip: number): number[] {
  let left = samples + preSkip;
  return durations.flatMap((duration) => {
    const kept = Math.min(left, duration);
    left -= kept;
    return kept > 0 ? [kept] : [];
  });
}

/**
 * Completes the Xing frame of an MP3 in place: the number of frames without its own, and a LAME tag with the samples to leave out
 * before and after `samples` (Gabriel Bouvigne, "Mp3 Info Tag rev 1").
 */
export function completeXing(frame: Uint8Array, samples: number): void {
  const at = new TextDecoder('latin1').decode(frame).indexOf('Xing');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const frames = view.getUint32(at + XING_FRAMES) - 1;
  const after = frames * MP3_FRAME - LAME_DELAY - samples;
  // "Info" is a Xing header of a constant bit rate.
  frame.set(new TextEncoder().encode('Info'), at);
  view.setUint32(at + XING_FRAMES, frames);
  frame.set(new TextEncoder().encode('LAME3.100'), at + XING_LAME);
  const both = (LAME_DELAY << 12) | after;
  frame.set([both >> 16, (both >> 8) & 0xff, both & 0xff], at + XING_LAME + LAME_PADDING);
}
