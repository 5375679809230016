import type { DBSchema } from 'idb';
import type { SigningKey } from '../provenance';
import type { DraftRow, EnrolmentRow, Revocation, TakeRow, VoiceRow } from './rows';

/** Keys that this browser generates at their first use and never exports. */
export interface DeviceKeys {
  /** Signs voice files. */
  signing: SigningKey;
  /** Seals the conversions stored on this device. */
  takes: CryptoKey;
}

export interface Schema extends DBSchema {
  /** Samples of takes and recordings, float32, in chunks of 4 MiB; keyed by samples id and number of the chunk. */
  chunks: { key: [string, number]; value: ArrayBuffer };
  /** The row of a take is written last: without it the take does not exist. */
  takes: { key: string; value: TakeRow };
  /** Voices made on this device or imported, and their `.understudy` files under the same ids. */
  voices: { key: string; value: VoiceRow };
  voiceFiles: { key: string; value: ArrayBuffer };
  /** Consent records revoked on this device, by their sha256. */
  revocations: { key: string; value: Revocation };
  keys: { key: keyof DeviceKeys; value: DeviceKeys[keyof DeviceKeys] };
  /** Unfinished voices; the samples of their recordings are in `chunks`. */
  enrolments: { key: string; value: EnrolmentRow };
  /** In version 3 alone: ids of the takes that were converted before conversions were sealed, see src/store/seal/seal-earlier.ts. */
  unsealed: { key: string; value: true };
  /** Public key, hex, of whoever first signed a voice file of an id on this device; kept when the voice is deleted. */
  signers: { key: string; value: string };
  /** What is being recorded; the samples are in `chunks`. */
  drafts: { key: string; value: DraftRow };
  /** The latest time this device has seen, in milliseconds since 1970, under `latest`. */
  clock: { key: string; value: number };
  /** What makes this device a kiosk: its exhibit, the staff's PIN, counters; see src/store/device. Validated when read. */
  museum: { key: MuseumKey; value: unknown };
}

export type MuseumKey =
  | 'exhibit'
  | 'exhibit-before'
  | 'exhibit-file'
  | 'exhibit-draft'
  | 'volume'
  | 'pin'
  | 'pin-attempts'
  | 'pin-resets'
  | 'counters'
  | 'problems'
  | 'probe';

export type StoreErrorCode = 'quota' | 'unavailable' | 'missing' | 'damaged' | 'altered';

/** A failure to store or load data; the message says what happened, what is safe, what to do next. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = 'StoreError';
  }
}
