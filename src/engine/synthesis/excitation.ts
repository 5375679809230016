import { SYNTHESIS_HOP, SYNTHESIS_RATE_HZ } from '../../dsp/signal';

const NYQUIST_HZ = SYNTHESIS_RATE_HZ / 2;

/** Parameters of the two excitation sources at one frame; linear between frames. */
export interface SourceFrame {
  f0Hz: number;
  /** Amplitude of the harmonic source, 0..1. */
  voiced: number;
  /** Amplitude of both sources, 0..1. */
  gate: number;
}

/** Uniform white noise of unit variance, a function of the sample index alone (the finaliser of MurmurHash3). */
export function noiseAt(index: number): number {
  let h = (index ^ 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16)) >>> 0;
  return Math.sqrt(3) * (h / 2147483648 - 1);
}

/** sqrt(2 / K) sum_{k=1..K} cos(k phase), K = floor(12 000 / f0Hz), in the closed form of Dirichlet's kernel. */
export function harmonicsAt(phase: number, f0Hz: number): number {
  const count = Math.floor(NYQUIST_HZ / f0Hz);
  if (count < 1) return 0;
  const denominator = 2 * Math.sin(phase / 2);
  const sum = Math.abs(denominator) < 1e-9 ? count : Math.sin((count + 0.5) * phase) / denominator - 0.5;
  return Math.sqrt(2 / count) * sum;
}

/** The harmonic and the noise source at 24 kHz. Its state is the phase and the sample index. */
export class Excitation {
  private phase = 0;
  private index = 0;

  /** Writes the 240 samples between the frames `from` and `to` to both outputs, starting at index `at`. */
  fill(from: SourceFrame, to: SourceFrame, harmonic: Float64Array, noise: Float64Array, at: number): void {
    for (let i = 0; i < SYNTHESIS_HOP; i++) {
      const x = i / SYNTHESIS_HOP;
      const f0Hz = from.f0Hz + x * (to.f0Hz - from.f0Hz);
      const gate = from.gate + x * (to.gate - from.gate);
      const voiced = gate * (from.voiced + x * (to.voiced - from.voiced));
      this.phase += (2 * Math.PI * f0Hz) / SYNTHESIS_RATE_HZ;
      if (this.phase > Math.PI) this.phase -= 2 * Math.PI;
      harmonic[at + i] = voiced > 0 ? voiced * harmonicsAt(this.phase, f0Hz) : 0;
      noise[at + i] = gate > 0 ? gate * noiseAt(this.index) : 0;
      this.index++;
    }
  }
}
