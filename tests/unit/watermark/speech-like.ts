/** Speech-like test signal: pulses and noise through moving resonances, with syllables and pauses. Deterministic. */
export function speechLike(seconds: number, sampleRateHz = 24000, seed = 1): Float32Array {
  const samples = new Float32Array(Math.round(seconds * sampleRateHz));
  const random = randomFrom(seed);
  const resonances = [600, 1500, 2600, 3800].map((hz) => ({ hz, y1: 0, y2: 0 }));
  let phase = 0;
  let [pitch, syllable, level, voiced] = [120, 0, 0, true];
  for (let i = 0; i < samples.length; i++) {
    if (i >= syllable) {
      syllable = i + sampleRateHz * (0.08 + 0.16 * random());
      pitch = 90 + 120 * random();
      voiced = random() < 0.75;
      level = random() < 0.15 ? 0 : 0.4 + 0.6 * random();
      for (const resonance of resonances) resonance.hz *= 0.75 + 0.5 * random();
      resonances.forEach(
        (resonance, k) => (resonance.hz = clamp(resonance.hz, 300 + 900 * k, 1000 + 1300 * k)),
      );
    }
    phase += pitch / sampleRateHz;
    let drive = 0.03 * (random() - 0.5);
    if (voiced && phase >= 1) drive += 1;
    if (!voiced) drive += 0.3 * (random() - 0.5);
    phase %= 1;
    let sum = 0;
    for (const resonance of resonances) {
      const radius = Math.exp((-Math.PI * 120) / sampleRateHz);
      const turn = 2 * radius * Math.cos((2 * Math.PI * resonance.hz) / sampleRateHz);
      const y = drive * level * 0.1 + turn * resonance.y1 - radius * radius * resonance.y2;
      resonance.y2 = resonance.y1;
      resonance.y1 = y;
      sum += y;
    }
    samples[i] = clamp(0.3 * sum, -0.9, 0.9);
  }
  return samples;
}

export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
