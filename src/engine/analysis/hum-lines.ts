const MAINS_HZ = [50, 60];
/** Largest relative deviation of the mains frequency, or of the speed of a tape. */
const MAX_DRIFT = 0.01;
/** A spectral line is at least this far above its surroundings. */
const MIN_LINE_DB = 12;
const MAX_HARMONIC = 24;

export interface HumLine {
  /** Number of the harmonic, 1 is the fundamental. */
  k: number;
  hz: number;
  /** Power of its strongest bin. */
  power: number;
}

type Peak = Omit<HumLine, 'k'> & { aboveDb: number };

/**
 * The harmonics of mains hum (50 or 60 Hz) in a power spectrum with bins of about 0.5 Hz from 0 Hz on; empty if fewer than two
 * are found. The spectrum should be that of the sound between words, such as a low quantile over time of each bin.
 */
export function findHum(power: Float64Array, binHz: number): HumLine[] {
  const peaks = new Map<number, Peak>();
  const peakNear = (hz: number) => {
    const centre = Math.round(hz / binHz);
    let peak = peaks.get(centre);
    if (!peak) peaks.set(centre, (peak = measurePeak(power, centre, binHz)));
    return peak;
  };
  let best = { lines: [] as HumLine[], strength: 0 };
  for (const nominal of MAINS_HZ) {
    for (let hz = nominal * (1 - MAX_DRIFT); hz <= nominal * (1 + MAX_DRIFT); hz += 0.05) {
      const lines: HumLine[] = [];
      let strength = 0;
      for (let k = 1; k <= MAX_HARMONIC; k++) {
        const peak = peakNear(k * hz);
        if (peak.aboveDb < MIN_LINE_DB) continue;
        lines.push({ k, hz: peak.hz, power: peak.power });
        strength += peak.aboveDb;
      }
      if (strength > best.strength) best = { lines, strength };
    }
  }
  return best.lines.length < 2 ? [] : best.lines;
}

/** The strongest bin within 1.5 Hz of the bin `centre`, and its level above the median of the bins within 10 Hz. */
function measurePeak(power: Float64Array, centre: number, binHz: number): Peak {
  const [near, far] = [Math.round(1.5 / binHz), Math.round(10 / binHz)];
  if (centre + far >= power.length || centre <= near) {
    return { hz: centre * binHz, power: 0, aboveDb: -Infinity };
  }
  const surroundings = power.slice(Math.max(1, centre - far), centre + far + 1).sort();
  let at = centre - near;
  for (let k = at + 1; k <= centre + near; k++) if (power[k]! > power[at]!) at = k;
  const median = surroundings[surroundings.length >> 1]!;
  return {
    hz: at * binHz,
    power: power[at]!,
    aboveDb: 10 * Math.log10((power[at]! + 1e-20) / (median + 1e-20)),
  };
}
