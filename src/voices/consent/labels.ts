import { m } from '../../text/messages';
import type { Capacity, Use } from '../../provenance';

/** What the form asks the user to choose. */
export const CAPACITY_LABELS: Record<Capacity, () => string> = {
  self: m.voices_consent_self,
  estate: m.voices_consent_estate,
  archive: m.voices_consent_archive,
  'public-domain': m.voices_consent_public,
  synthetic: m.voices_consent_synthetic,
};

/** What the form asks the user to allow. */
export const USE_LABELS: Record<Use, () => string> = {
  convert: m.voices_consent_may_convert,
  preview: m.voices_consent_may_preview,
  live: m.voices_consent_may_live,
  blend: m.voices_consent_may_blend,
  export: m.voices_consent_may_export,
  import: m.voices_consent_may_import,
};

/** What a record allows, for lists. */
export const USE_WORDS: Record<Use, () => string> = {
  convert: m.voices_consent_use_convert,
  preview: m.voices_consent_use_preview,
  live: m.voices_consent_use_live,
  blend: m.voices_consent_use_blend,
  export: m.voices_consent_use_export,
  import: m.voices_consent_use_import,
};
