/** Frame sizes in samples at 48 kHz of SILK, hybrid and CELT packets. */
const FRAMES = { silk: [480, 960, 1920, 2880], hybrid: [480, 960], celt: [120, 240, 480, 960] };

/** Duration of a packet of Opus in samples at 48 kHz (RFC 6716, section 3.1), from its first two bytes. */
export function opusDuration([toc = 0, count = 0]: Uint8Array): number {
  const config = toc >> 3;
  const sizes = config < 12 ? FRAMES.silk : config < 16 ? FRAMES.hybrid : FRAMES.celt;
  const code = toc & 3;
  return sizes[config % sizes.length]! * (code === 0 ? 1 : code === 3 ? count & 63 : 2);
}
