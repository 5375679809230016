import { seededRandom } from '../dsp/random';
import { CODED_BITS } from './channel-code';
import { PERIOD_TILES, TILE_BANDS } from './tiling';

/** Share of sync tiles: they carry no payload, and the mark is detected by them. */
const SYNC_SHARE = 0.65;
const SYNC = -1;
/** The public key that every copy of the app uses: anyone may detect the mark. */
const KEY = 0x5eed1e;

/** One period of the mark, both [PERIOD_TILES, TILE_BANDS]. */
export interface Pattern {
  /** +1 or -1 for every tile. */
  chips: Int8Array;
  /** Index of the coded bit that a tile carries, -1 for a sync tile. */
  bits: Int16Array;
}

export const PATTERN = makePattern(KEY);

/** The pattern of a key. Keys other than the app's give decoys, which no recording carries. */
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
