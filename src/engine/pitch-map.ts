import type { ConversionControls, SourceProfile } from './types';
import type { Voice } from './voice';

const LOWEST_HZ = 40;
const HIGHEST_HZ = 1000;

/**
 * Maps source F0 to target F0: the deviation of log F0 from the source's median is multiplied by `intonation` and added to
 * the target's median, as recorded or in the room (without `autoPitch`, the source's median), shifted by `pitchShiftSt`. Limited to
 * 40..1000 Hz.
 *
 * Unvoiced frames repeat the last target F0; before the first voiced frame it is that shifted median.
 */
export class PitchMap {
  private readonly sourceHz: number;
  private readonly centreHz: number;
  private readonly intonation: number;
  private heldHz: number;

  /** `before`: the map that this one replaces; its last F0 is repeated until a frame is voiced. */
  constructor(
    controls: ConversionControls,
    profile: SourceProfile,
    voice: Pick<Voice, 'medianF0Hz' | 'recorded'>,
    before?: PitchMap,
  ) {
    const { medianF0Hz } = (controls.sound === 'recorded' && voice.recorded) || voice;
    this.sourceHz = profile.medianF0Hz > 0 ? profile.medianF0Hz : medianF0Hz;
    const centre = (controls.autoPitch ? medianF0Hz : this.sourceHz) * 2 ** (controls.pitchShiftSt / 12);
    this.centreHz = limit(centre);
    this.intonation = controls.intonation;
    this.heldHz = before?.heldHz ?? this.centreHz;
  }

  /** `f0Hz` is 0 in unvoiced frames; the result is never 0. */
  map(f0Hz: number): number {
    if (f0Hz > 0) this.heldHz = limit(this.centreHz * (f0Hz / this.sourceHz) ** this.intonation);
    return this.heldHz;
  }
}

function limit(hz: number): number {
  return Math.min(HIGHEST_HZ, Math.max(LOWEST_HZ, hz));
}
