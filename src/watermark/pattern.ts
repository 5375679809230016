import { seededRandom } from '../dsp/random';
import { CODED_BITS } from './code';
import { PERIOD_TILES, TILE_BANDS } from './grid';

/** Share of the tiles that carry no bits, by which the mark is found. */
const SYNC_SHARE = 0.65;
const SYNC = -1;
/** The key of every Understudy: marks are for anyone to find, so it is no secret. */
const KEY = 0x5eed1e;

/** One period of the mark, [PERIOD_TILES, TILE_BANDS], tile by tile in time. */
export interface Pattern {
  /** +1 or -1 for every tile. */
  chips: Int8Array;
  /** The coded bit a tile carries, or -1 for a tile that only says that a mark is there. */
  bits: Int16Array;
}

export const PATTERN = makePattern(KEY);

/** Other keys give other patterns, none of which is in any recording: the decoys of the tests. */
export function makePattern(key: number): Pattern {
  const random = seededRandom(key);
  const tiles = PERIOD_TILES * TILE_BANDS;
  const chips = Int8Array.from({ length: tiles }, () => (random() < 0.5 ? -1 : 1));
  const order = Array.from({ length: tiles }, (_, i) => i);
  for (let i = tiles - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const bits = new Int16Array(tiles).fill(SYNC);
  const first = Math.round(SYNC_SHARE * tiles);
  for (let i = first; i < tiles; i++) bits[order[i]!] = (i - first) % CODED_BITS;
  return { chips, bits };
}

export function isSync(bit: number): boolean {
  return bit === SYNC;
}
