/** A hypothesis of the search: how the recording was changed since it was marked. */
export interface Warp {
  /** New duration over old. */
  timeScale: number;
  /** New frequencies over old. */
  frequencyScale: number;
  /** Whether it went through a speech codec at a few kbit/s. */
  isTranscoded?: boolean | undefined;
}

export const UNWARPED: Warp = { timeScale: 1, frequencyScale: 1 };
const TRANSCODED: Warp = { ...UNWARPED, isTranscoded: true };

/** Warps whose tiles have the same shape and, to 11 cents, the same frequency scale: they share one tile map. */
export interface WarpGroup {
  frequencyScale: number;
  /** Steps from a tile's middle to just inside and just outside its ends. */
  inside: number;
  outside: number;
  isTranscoded: boolean;
  timeScales: number[];
}

/** Log of the ratio of neighbouring time scales: with the nearer one, the ends of a block of 2.6 s are off by at most half a step. */
const TIME_STEP = 0.0064;
/** Log of the largest time scale. */
const TIME_RANGE = Math.log(4 / 3);
/** Number of neighbouring speeds that share a map, at most 11 cents from its frequency scale. */
const SPEEDS_A_MAP = 3;
const PITCH_STEP_CENTS = 40;
const PITCH_RANGE_CENTS = 120;
/** Ratios of sample rates that are taken for one another: 16 and 24 kHz, 22.05 and 16, a rate and its double. */
const CONFUSED_RATES = [1 / 2, 2 / 3, 16 / 22.05, 22.05 / 16, 3 / 2, 2];

/** The group of a single warp. */
export function groupOf({ timeScale, frequencyScale, isTranscoded = false }: Warp): WarpGroup {
  const inside = Math.max(1, Math.round(timeScale));
  return {
    frequencyScale,
    inside,
    outside: Math.max(inside + 1, Math.round(3 * timeScale)),
    isTranscoded,
    timeScales: [timeScale],
  };
}

function listWarpGroups(): WarpGroup[] {
  const count = Math.ceil(TIME_RANGE / TIME_STEP);
  const warps: Warp[] = [];
  for (let k = -count; k <= count; k++) {
    const timeScale = Math.exp(k * TIME_STEP);
    if (k !== 0) warps.push({ timeScale, frequencyScale: 1 });
    const shared = SPEEDS_A_MAP * Math.round(k / SPEEDS_A_MAP);
    if (k !== 0) warps.push({ timeScale, frequencyScale: Math.exp(-shared * TIME_STEP) });
  }
  for (let cents = -PITCH_RANGE_CENTS; cents <= PITCH_RANGE_CENTS; cents += PITCH_STEP_CENTS) {
    if (cents === 0) continue;
    for (const k of [-1, 0, 1]) {
      warps.push({ timeScale: Math.exp(k * TIME_STEP), frequencyScale: 2 ** (cents / 1200) });
    }
  }
  for (const rate of CONFUSED_RATES) warps.push({ timeScale: 1 / rate, frequencyScale: rate });
  const groups: WarpGroup[] = [];
  for (const warp of warps) {
    const group = groupOf(warp);
    const same = groups.find(
      (other) =>
        other.frequencyScale === group.frequencyScale &&
        other.inside === group.inside &&
        other.outside === group.outside,
    );
    if (!same) groups.push(group);
    else if (!same.timeScales.includes(warp.timeScale)) same.timeScales.push(warp.timeScale);
  }
  return groups;
}

/** All warp hypotheses. The unwarped come first, since most recordings are. */
export const WARP_GROUPS: readonly WarpGroup[] = [
  groupOf(UNWARPED),
  groupOf(TRANSCODED),
  ...listWarpGroups(),
];

/** Whether the group keeps duration and frequencies. */
export function isUnwarped({ frequencyScale, timeScales }: WarpGroup): boolean {
  return frequencyScale === 1 && timeScales.length === 1 && timeScales[0] === 1;
}
