import { Biquad } from '../../dsp/biquad';

/** The period of a voice is heard in its harmonics too, while rumble and bass lie below these and hiss above. */
const LOWEST_HZ = 200;
const HIGHEST_HZ = 2000;

/** What the pitch tracker hears of a 16 kHz stream: 12 dB per octave less below 200 Hz, 6 dB per octave less above 2 kHz. */
export class PitchBand {
  private readonly highPass = Biquad.highPass(LOWEST_HZ);
  private readonly lowPass = Biquad.lowPass(HIGHEST_HZ);

  push(samples: Float32Array): Float32Array {
    return samples.map((x) => this.lowPass.next(this.highPass.next(x)));
  }
}
