import { m } from '../text/messages';
import { EngineError } from '../engine/errors';
import { clock } from '../text/format';
import { detectWatermark, type MarkedRange } from '../watermark';

/**
 * Corrected p-value up to which a permission sentence is refused: a weak trace is enough there, since an honest reader only
 * has to read once more. A recording is refused where the detector says that there is a mark.
 */
export const SENTENCE_P_VALUE = 1e-3;

export interface MarkOptions {
  signal: AbortSignal;
  onProgress?: (fraction: number) => void;
  /** Refuses p-values up to this one too. */
  mostDoubtful?: number;
}

/** Rejects with `input-marked` where speech carries this app's mark: a conversion is not the voice of the person it imitates. */
export async function refuseMarked(
  samples: Float32Array,
  sampleRateHz: number,
  { signal, onProgress, mostDoubtful = 0 }: MarkOptions,
): Promise<void> {
  const { present, pValue, ranges } = await detectWatermark(samples, sampleRateHz, {
    signal,
    ...(onProgress && { onProgress }),
  });
  if (present !== 'yes' && pValue > mostDoubtful) return;
  throw new EngineError('input-marked', [m.enrol_marked(), ...ranges.slice(0, 1).map(placeOf)].join(' '));
}

function placeOf({ startSeconds, endSeconds }: MarkedRange): string {
  return m.enrol_marked_place({ from: clock(startSeconds), to: clock(endSeconds) });
}
