/** How a recording may have been bent since it was marked. */
export interface Bend {
  /** It lasts so many times as long. */
  timeScale: number;
  /** Its frequencies are so many times as high. */
  frequencyScale: number;
  /** It went through a speech codec of a few kbit/s. */
  coded?: boolean | undefined;
}

export const UNBENT: Bend = { timeScale: 1, frequencyScale: 1 };
const CODED: Bend = { ...UNBENT, coded: true };

/** Bends that share their frequency scale, or nearly, and the shape of their tiles: one map serves them. */
export interface BendGroup {
  frequencyScale: number;
  /** Steps from a tile's middle to just inside and just outside its ends. */
  inside: number;
  outside: number;
  coded: boolean;
  timeScales: number[];
}

/** Neighbouring time scales part by half a step in 2.5 seconds. */
const TIME_STEP = 0.0064;
/** Speeds and stretches up to 25 % and a little more. */
const TIME_RANGE = Math.log(4 / 3);
/** Speeds that share a map: their frequencies differ by no more than 11 cents from its own. */
const SPEEDS_A_MAP = 3;
const PITCH_STEP_CENTS = 40;
const PITCH_RANGE_CENTS = 120;
/** Taken for another sample rate: 16 for 24 kHz, 22.05 for 16, one for its double. */
const CONFUSED_RATES = [1 / 2, 2 / 3, 16 / 22.05, 22.05 / 16, 3 / 2, 2];

/** The group of one bend alone. */
export function groupOf({ timeScale, frequencyScale, coded = false }: Bend): BendGroup {
  const inside = Math.max(1, Math.round(timeScale));
  return {
    frequencyScale,
    inside,
    outside: Math.max(inside + 1, Math.round(3 * timeScale)),
    coded,
    timeScales: [timeScale],
  };
}

function listBends(): BendGroup[] {
  const count = Math.ceil(TIME_RANGE / TIME_STEP);
  const bends: Bend[] = [];
  for (let k = -count; k <= count; k++) {
    const timeScale = Math.exp(k * TIME_STEP);
    if (k !== 0) bends.push({ timeScale, frequencyScale: 1 });
    const shared = SPEEDS_A_MAP * Math.round(k / SPEEDS_A_MAP);
    if (k !== 0) bends.push({ timeScale, frequencyScale: Math.exp(-shared * TIME_STEP) });
  }
  for (let cents = -PITCH_RANGE_CENTS; cents <= PITCH_RANGE_CENTS; cents += PITCH_STEP_CENTS) {
    if (cents === 0) continue;
    for (const k of [-1, 0, 1]) {
      bends.push({ timeScale: Math.exp(k * TIME_STEP), frequencyScale: 2 ** (cents / 1200) });
    }
  }
  for (const rate of CONFUSED_RATES) bends.push({ timeScale: 1 / rate, frequencyScale: rate });
  const groups: BendGroup[] = [];
  for (const bend of bends) {
    const group = groupOf(bend);
    const same = groups.find(
      (other) =>
        other.frequencyScale === group.frequencyScale &&
        other.inside === group.inside &&
        other.outside === group.outside,
    );
    if (!same) groups.push(group);
    else if (!same.timeScales.includes(bend.timeScale)) same.timeScales.push(bend.timeScale);
  }
  return groups;
}

/** All bends that are searched for: recordings as they are, which most are, come first. */
export const BENDS: readonly BendGroup[] = [groupOf(UNBENT), groupOf(CODED), ...listBends()];

/** Whether a group's recordings play as they were made. */
export function isUnbent({ frequencyScale, timeScales }: BendGroup): boolean {
  return frequencyScale === 1 && timeScales.length === 1 && timeScales[0] === 1;
}
