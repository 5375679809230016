import { RealFft } from '../../dsp/fft';
import { FloatQueue } from '../../dsp/float-queue';
import { ANALYSIS_HOP, ANALYSIS_RATE_HZ, hzToMel, melToHz, periodicHann } from '../../dsp/signal';
import { BANDS } from '../shapes';

const WINDOW = 400;
const FFT_SIZE = 512;
const LOWEST_HZ = 40;
const HIGHEST_HZ = 7800;

export interface SpectrumFrames {
  frames: number;
  /** [frames, 80], ln(max(M P, 1e-5)): M are the mel triangles, P is the power spectrum. */
  logMel: Float32Array;
  /** [frames], dBFS: 10 log10(windowed mean square + 1e-8); -80 for digital silence. */
  loudnessDb: Float32Array;
}

interface MelTriangle {
  firstBin: number;
  weights: Float64Array;
}

const LOWEST_MEL = hzToMel(LOWEST_HZ);
const BAND_MELS = (hzToMel(HIGHEST_HZ) - LOWEST_MEL) / (BANDS + 1);

/** The fractional band index of a frequency: band b is centred at index b. Below 0 and above 79 outside the bands. */
export function bandAt(hz: number): number {
  return (hzToMel(hz) - LOWEST_MEL) / BAND_MELS - 1;
}

/** 80 triangles of peak 1, equally spaced on the HTK mel scale from 40 to 7800 Hz; only their nonzero bins are stored. */
function melTriangles(): MelTriangle[] {
  const edge = (i: number) => melToHz(LOWEST_MEL + i * BAND_MELS);
  return Array.from({ length: BANDS }, (_, band) => {
    const [left, centre, right] = [edge(band), edge(band + 1), edge(band + 2)];
    const weight = (bin: number) => {
      const hz = (bin * ANALYSIS_RATE_HZ) / FFT_SIZE;
      return Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)));
    };
    const firstBin = Math.ceil((left * FFT_SIZE) / ANALYSIS_RATE_HZ);
    const lastBin = Math.floor((right * FFT_SIZE) / ANALYSIS_RATE_HZ);
    return {
      firstBin,
      weights: Float64Array.from({ length: lastBin - firstBin + 1 }, (_, i) => weight(firstBin + i)),
    };
  });
}

/** Log-mel spectra and loudness of a 16 kHz stream; frame t covers samples [160 t - 240, 160 t + 160). */
export class Frontend {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly window = periodicHann(WINDOW);
  private readonly windowPower = this.window.reduce((sum, w) => sum + w * w, 0);
  private readonly triangles = melTriangles();
  private readonly samples = new FloatQueue();
  private readonly windowed = new Float64Array(FFT_SIZE);
  private readonly spectrum = new Float64Array(2 * FFT_SIZE);
  private readonly power = new Float64Array(FFT_SIZE / 2 + 1);
  private done = 0;

  constructor() {
    this.samples.push(new Float32Array(WINDOW - ANALYSIS_HOP));
  }

  /** Returns the frames that are complete with these 16 kHz samples. */
  push(samples: Float32Array): SpectrumFrames {
    this.samples.push(samples);
    const frames = Math.floor((this.samples.end - (WINDOW - ANALYSIS_HOP)) / ANALYSIS_HOP) - this.done;
    const out = { frames, logMel: new Float32Array(frames * BANDS), loudnessDb: new Float32Array(frames) };
    for (let i = 0; i < frames; i++) {
      const from = (this.done + i) * ANALYSIS_HOP - this.samples.start;
      this.frame(this.samples.view().subarray(from, from + WINDOW), out, i);
    }
    this.done += frames;
    this.samples.dropBefore(this.done * ANALYSIS_HOP);
    return out;
  }

  private frame(samples: Float32Array, out: SpectrumFrames, index: number): void {
    const { windowed, spectrum, power, window } = this;
    let energy = 0;
    for (let i = 0; i < WINDOW; i++) {
      const x = samples[i]! * window[i]!;
      windowed[i] = x;
      energy += x * x;
    }
    out.loudnessDb[index] = 10 * Math.log10(energy / this.windowPower + 1e-8);
    this.fft.forward(windowed, spectrum);
    for (let k = 0; k < power.length; k++) power[k] = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
    for (let band = 0; band < BANDS; band++) {
      const { firstBin, weights } = this.triangles[band]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * power[firstBin + i]!;
      out.logMel[index * BANDS + band] = Math.log(Math.max(sum, 1e-5));
    }
  }
}
