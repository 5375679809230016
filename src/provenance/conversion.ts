import { m } from '../text/messages';
import type { SealedRecord, Use } from './consent';
import { ConsentError } from './errors';
import { isRevoked, requirePermission, type Circumstances } from './permission';
import { plainText } from './plain-text';

/** A voice as it is on this device now: its record, null if it has no valid one, and the hashes of its data. */
export interface VoiceHere {
  consent: SealedRecord | null;
  data: readonly string[];
}

/** What a stored conversion says of the voice that made it, and the voice of that id. */
export interface Conversion {
  /** The record it was made under, not validated yet. */
  consent: unknown;
  /** `Circumstances.data` of the voice as it was converted to; undefined in takes of earlier versions. */
  voiceData: readonly string[] | undefined;
  /** Null if no voice of the id that the conversion names is published or on this device. */
  voice: VoiceHere | null;
}

/** Conversions without a record are older than records: that of their voice counts. */
export function asConversion<Consent>(
  { consent, voiceData }: { consent?: Consent | undefined; voiceData?: readonly string[] | undefined },
  voice: VoiceHere | null,
) {
  return { consent: consent ?? voice?.consent ?? null, voiceData, voice };
}

/**
 * As `requirePermission`, for a conversion that was made before. Where its voice is here under another record, such as a renewed one,
 * both have to permit the use; throws `consent-other` if they are not records of the same person.
 */
export function requireConversion(
  { consent, voiceData = [], voice }: Conversion,
  use: Use,
  circumstances: Omit<Circumstances, 'data'>,
): SealedRecord {
  const all = { ...circumstances, data: [...voiceData, ...(voice?.data ?? [])] };
  const made = requirePermission(consent, use, all);
  if (!voice || voice.consent?.sha256 === made.sha256) return made;
  const current = requirePermission(voice.consent, use, all);
  const { name, status } = current.record.person;
  const named = made.record.person;
  if (named.name === name && named.status === status) return made;
  const names = { made: plainText(named.name), current: plainText(name) };
  throw new ConsentError('consent-other', m.provenance_other(names));
}

/** As `isRevoked`, for a conversion that was made before. */
export function isConversionRevoked(
  { consent, voiceData = [], voice }: Omit<Conversion, 'consent'> & { consent: SealedRecord | null },
  revoked: ReadonlySet<string>,
): boolean {
  const data = [...voiceData, ...(voice?.data ?? [])];
  return [consent, voice?.consent].some((sealed) => sealed && isRevoked(sealed, revoked, data));
}
