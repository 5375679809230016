const SIZE = 2048;
const HOP = 512;

/**
 * Pitch shift by a phase vocoder and resampling (Laroche & Dolson 1999), as voice changers without networks use it.
 *
 * @param {Float32Array} samples
 * @param {number} ratio new pitch over old
 * @param {new (size: number) => { realTransform(out: number[], input: number[]): void, completeSpectrum(out: number[]): void, inverseTransform(out: number[], input: number[]): void, createComplexArray(): number[] }} FFT
 */
export function phaseVocoder(samples, ratio, FFT) {
  const fft = new FFT(SIZE);
  const window = Float64Array.from(
    { length: SIZE },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE),
  );
  const analysisHop = Math.round(HOP / ratio);
  const stretched = new Float32Array(Math.ceil((samples.length * HOP) / analysisHop) + SIZE);
  const lastPhase = new Float64Array(SIZE / 2 + 1);
  const phase = new Float64Array(SIZE / 2 + 1);
  const spectrum = fft.createComplexArray();
  const frame = fft.createComplexArray();
  const input = Array.from({ length: SIZE }, () => 0);
  for (let t = 0; t * analysisHop + SIZE < samples.length; t++) {
    for (let i = 0; i < SIZE; i++) input[i] = (samples[t * analysisHop + i] ?? 0) * (window[i] ?? 0);
    fft.realTransform(spectrum, input);
    for (let k = 0; k <= SIZE / 2; k++) {
      const re = spectrum[2 * k] ?? 0;
      const im = spectrum[2 * k + 1] ?? 0;
      const now = Math.atan2(im, re);
      const expected = (2 * Math.PI * k * analysisHop) / SIZE;
      let difference = now - (lastPhase[k] ?? 0) - expected;
      difference -= 2 * Math.PI * Math.round(difference / (2 * Math.PI));
      phase[k] = (phase[k] ?? 0) + ((expected + difference) * HOP) / analysisHop;
      lastPhase[k] = now;
      const magnitude = Math.hypot(re, im);
      spectrum[2 * k] = magnitude * Math.cos(phase[k] ?? 0);
      spectrum[2 * k + 1] = magnitude * Math.sin(phase[k] ?? 0);
    }
    fft.completeSpectrum(spectrum);
    fft.inverseTransform(frame, spectrum);
    for (let i = 0; i < SIZE; i++) {
      stretched[t * HOP + i] = (stretched[t * HOP + i] ?? 0) + ((frame[2 * i] ?? 0) * (window[i] ?? 0)) / 1.5;
    }
  }
  return Float32Array.from(samples, (_, i) => {
    const at = (i * HOP) / analysisHop;
    const low = Math.floor(at);
    const a = stretched[low] ?? 0;
    return a + (at - low) * ((stretched[low + 1] ?? 0) - a);
  });
}
