import { RealFft } from '../engine/fft';
import { periodicHann } from '../engine/signal';
import { nextTask } from '../engine/task';
import { BAND_EDGES, FRAME_HOP, FRAME_SAMPLES, TILE_BANDS } from './grid';

const FRAMES_A_TURN = 400;
/** A frame this far below the loud ones is a pause. */
const ACTIVE_RANGE_DB = 40;
/** A tile this far below the frame's loudest holds nothing but rounding and coding noise. */
const TILE_RANGE_DB = 55;
const CLIP_DB = 7;

export interface Tiles {
  frames: number;
  /** [frames, TILE_BANDS]: how far a tile stands out from its neighbours, in units of its band's spread; 0 in pauses. */
  residual: Float32Array;
  /** 1 for frames with sound in them. */
  active: Uint8Array;
}

/**
 * What the detector looks at: tiles of a recording at 24 kHz, whose frame 0 begins at sample `start`.
 *
 * `onFrames` is called now and then with the frames done and in all, and may throw to stop.
 */
export async function measureTiles(
  samples: Float32Array,
  start: number,
  onFrames: (done: number, total: number) => void,
): Promise<Tiles> {
  const frames = Math.max(0, Math.floor((samples.length - start - FRAME_SAMPLES) / FRAME_HOP) + 1);
  const levelDb = new Float32Array(frames * TILE_BANDS);
  const frameDb = new Float32Array(frames);
  const fft = new RealFft(FRAME_SAMPLES);
  const window = periodicHann(FRAME_SAMPLES);
  const input = new Float64Array(FRAME_SAMPLES);
  const spectrum = new Float64Array(2 * FRAME_SAMPLES);
  for (let t = 0; t < frames; t++) {
    if (t % FRAMES_A_TURN === 0) {
      await nextTask();
      onFrames(t, frames);
    }
    const at = start + t * FRAME_HOP;
    for (let i = 0; i < FRAME_SAMPLES; i++) input[i] = samples[at + i]! * window[i]!;
    fft.forward(input, spectrum);
    let total = 0;
    for (let band = 0; band < TILE_BANDS; band++) {
      let power = 0;
      for (let i = 2 * BAND_EDGES[band]!; i < 2 * BAND_EDGES[band + 1]!; i++) power += spectrum[i]! ** 2;
      total += power;
      levelDb[t * TILE_BANDS + band] = 10 * Math.log10(power + 1e-9);
    }
    frameDb[t] = 10 * Math.log10(total + 1e-9);
  }
  const active = activeFrames(frameDb);
  return { frames, residual: standOut(levelDb, active), active };
}

function activeFrames(frameDb: Float32Array): Uint8Array {
  const sorted = frameDb.slice().sort();
  const loud = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? -Infinity;
  const floor = Math.max(loud - ACTIVE_RANGE_DB, -40);
  return Uint8Array.from(frameDb, (db) => (db > floor ? 1 : 0));
}

/** Level less that of the neighbours in time and frequency: what speech itself does is smooth, the mark is not. */
function standOut(levelDb: Float32Array, active: Uint8Array): Float32Array {
  const frames = active.length;
  const residual = new Float32Array(levelDb.length);
  for (let t = 1; t < frames - 1; t++) {
    if (!active[t]) continue;
    let loudest = -Infinity;
    for (let band = 0; band < TILE_BANDS; band++)
      loudest = Math.max(loudest, levelDb[t * TILE_BANDS + band]!);
    for (let band = 0; band < TILE_BANDS; band++) {
      const i = t * TILE_BANDS + band;
      const own = levelDb[i]!;
      if (own < loudest - TILE_RANGE_DB) continue;
      const inTime = (levelDb[i - TILE_BANDS]! + levelDb[i + TILE_BANDS]!) / 2;
      const below = band > 0 ? high(levelDb, i - 1) : 0;
      const above = band < TILE_BANDS - 1 ? high(levelDb, i + 1) : 0;
      // The same in the neighbouring bands is an onset or an end, not a tile.
      residual[i] = own - inTime - NEIGHBOUR * (below + above);
    }
  }
  return normalise(residual);
}

const NEIGHBOUR = 0.4;

function high(levelDb: Float32Array, i: number): number {
  return levelDb[i]! - (levelDb[i - TILE_BANDS]! + levelDb[i + TILE_BANDS]!) / 2;
}

/** Clipped, and divided by the mean square of its band, which weighs every tile by how far it can be trusted. */
function normalise(residual: Float32Array): Float32Array {
  for (let band = 0; band < TILE_BANDS; band++) {
    let power = 0;
    let count = 0;
    for (let i = band; i < residual.length; i += TILE_BANDS) {
      const value = Math.min(CLIP_DB, Math.max(-CLIP_DB, residual[i]!));
      residual[i] = value;
      if (value !== 0) {
        power += value * value;
        count++;
      }
    }
    const scale = power > 0 ? count / power : 0;
    for (let i = band; i < residual.length; i += TILE_BANDS) residual[i]! *= scale;
  }
  return residual;
}
