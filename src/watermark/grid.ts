/** Rate of converted speech, which the mark is made for. */
export const MARK_RATE_HZ = 24000;
/** Frames of 42.7 ms every 21.3 ms. */
export const FRAME_SAMPLES = 1024;
export const FRAME_HOP = 512;
/** A pattern lasts 60 frames, 1.28 s, and is repeated through the recording. */
export const PERIOD_FRAMES = 60;

const LOWEST_HZ = 300;
const HIGHEST_HZ = 7000;
export const TILE_BANDS = 36;

/** First bins of the bands, and the end of the last: wider towards the top, as hearing is. */
export const BAND_EDGES: readonly number[] = bandEdges();

function bandEdges(): number[] {
  // The ERB-rate scale (Glasberg & Moore 1990, eq. 4).
  const rate = (hz: number) => 21.4 * Math.log10(1 + 0.00437 * hz);
  const hertz = (erb: number) => (10 ** (erb / 21.4) - 1) / 0.00437;
  const low = rate(LOWEST_HZ);
  const step = (rate(HIGHEST_HZ) - low) / TILE_BANDS;
  const edges: number[] = [];
  for (let band = 0; band <= TILE_BANDS; band++) {
    const bin = Math.round((hertz(low + band * step) * FRAME_SAMPLES) / MARK_RATE_HZ);
    // The lowest bands would be narrower than a frame can tell apart.
    edges.push(Math.max(bin, (edges.at(-1) ?? bin - 3) + 3));
  }
  return edges;
}
