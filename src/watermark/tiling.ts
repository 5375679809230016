/** Sample rate of converted speech, at which the mark is embedded and detected. */
export const MARK_RATE_HZ = 24000;
/** 42.7 ms and 21.3 ms. */
export const FRAME_SAMPLES = 1024;
export const FRAME_HOP = 512;
/** A time-frequency tile is one band of this many frames: 42.7 ms. */
export const TILE_FRAMES = 2;
export const TILE_SAMPLES = TILE_FRAMES * FRAME_HOP;
/** Tiles in time of one period of the pattern, 1.37 s. Periods follow one another to the end of the recording. */
export const PERIOD_TILES = 32;

const LOWEST_HZ = 300;
const HIGHEST_HZ = 7000;
/** A frame does not resolve narrower bands. */
const NARROWEST_HZ = 70;
export const TILE_BANDS = 40;

/** Edges of the bands in Hz, [TILE_BANDS + 1]: of equal ERB-rate width, but none narrower than 70 Hz. */
export const BAND_EDGES_HZ: readonly number[] = bandEdges();

/**
 * Factor on the embedding strength of each band, [TILE_BANDS]. Roughness is heard first in the lowest harmonics of a voice: a
 * third of the strength below 850 Hz costs as much naturalness as all the rest (decision 7).
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

/** The detector's hop is a quarter of a tile: 10.7 ms. */
export const STEPS_PER_TILE = 4;
export const STEP_SAMPLES = TILE_SAMPLES / STEPS_PER_TILE;
export const PERIOD_STEPS = PERIOD_TILES * STEPS_PER_TILE;
