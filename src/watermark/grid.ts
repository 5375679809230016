/** Rate of converted speech, which the mark is made for. */
export const MARK_RATE_HZ = 24000;
/** Frames of 42.7 ms every 21.3 ms. */
export const FRAME_SAMPLES = 1024;
export const FRAME_HOP = 512;
/** A tile lasts as many frames: 42.7 ms. */
export const TILE_FRAMES = 2;
export const TILE_SAMPLES = TILE_FRAMES * FRAME_HOP;
/** A pattern lasts as many tiles, 1.37 s, and is repeated through the recording. */
export const PERIOD_TILES = 32;

const LOWEST_HZ = 300;
const HIGHEST_HZ = 7000;
/** Narrower bands than that a frame cannot tell apart. */
const NARROWEST_HZ = 70;
export const TILE_BANDS = 40;

/** Edges of the bands in hertz, [TILE_BANDS + 1]: wider towards the top, as hearing is. */
export const BAND_EDGES_HZ: readonly number[] = bandEdges();

/**
 * How much of the mark's strength a band gets, [TILE_BANDS]. The lowest harmonics carry the voice and are heard rough
 * first: a third of the strength below 850 Hz costs as much naturalness as all the rest (decision 7).
 */
export const BAND_SHARES: readonly number[] = BAND_EDGES_HZ.slice(0, TILE_BANDS).map((hz) =>
  hz < 850 ? 0 : hz < 1200 ? 0.6 : 1,
);

function bandEdges(): number[] {
  // The ERB-rate scale (Glasberg & Moore 1990, eq. 4).
  const rate = (hz: number) => 21.4 * Math.log10(1 + 0.00437 * hz);
  const hertz = (erb: number) => (10 ** (erb / 21.4) - 1) / 0.00437;
  const edges = [LOWEST_HZ];
  for (let band = 0; band < TILE_BANDS; band++) {
    const at = edges.at(-1)!;
    const step = (rate(HIGHEST_HZ) - rate(at)) / (TILE_BANDS - band);
    edges.push(Math.max(hertz(rate(at) + step), at + NARROWEST_HZ));
  }
  return edges;
}

/** The detector looks four times a tile: every 10.7 ms. */
export const STEPS_PER_TILE = 4;
export const STEP_SAMPLES = TILE_SAMPLES / STEPS_PER_TILE;
export const PERIOD_STEPS = PERIOD_TILES * STEPS_PER_TILE;
