import { markId24 } from '../export/mark-id';
import type { SealedRecord } from '../provenance';
import type { TakeOutput } from '../store/takes';
import { quantity } from '../text/format';
import { m } from '../text/messages';

/** Looks for the mark in mono samples, as `detectWatermark` does, and leaves them as they are. */
export type ReadMark = (
  samples: Float32Array,
  sampleRateHz: number,
  options: { onProgress: (fraction: number) => void; signal: AbortSignal | undefined },
) => Promise<{ payload: { id24: number } | null; payloadOk: boolean }>;

/**
 * Why an archived conversion is kept only to be listened to: because its sound does not carry the mark that an export of this voice
 * under this record carries. Null if it does.
 *
 * Short sounds are no exception, although a payload is not always read in less than 2 s: otherwise a sound of any length would pass in
 * pieces. The recording is beside it and can be converted again.
 */
export async function whyNotSealed(
  { samples, sampleRateHz, voiceId }: TakeOutput,
  consent: SealedRecord,
  readMark: ReadMark,
  options: Parameters<ReadMark>[2],
): Promise<string | null> {
  const { payload, payloadOk } = await readMark(samples, sampleRateHz, options);
  if (!payload || !payloadOk) {
    return m.archive_mark_unread({ time: quantity(2, 'second') });
  }
  if (payload.id24 === markId24(voiceId, consent)) return null;
  return m.archive_mark_other();
}
