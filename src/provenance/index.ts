export { canonicalBytes, type Canonical } from './canonical';
export { latestTime, localDay, noteTime, today } from './clock';
export {
  CAPACITIES,
  fingerprint,
  fingerprint24,
  parseRecord,
  parseSealed,
  seal,
  USES,
  type Capacity,
  type ConsentRecord,
  type SealedRecord,
  type Use,
} from './consent';
export {
  asConversion,
  isConversionRevoked,
  requireConversion,
  type Conversion,
  type VoiceHere,
} from './conversion';
export { ConsentError, type ConsentErrorCode } from './errors';
export {
  allowedUses,
  isRevoked,
  lastDay,
  requirePermission,
  type Circumstances,
  type Permission,
} from './permission';
export { BLEND_STATEMENT, requireGrounds, statementInWords, writeGrounds, type Grounds } from './grounds';
export { nameless, plainText } from './plain-text';
export { sha256Hex } from './sha256';
export { createSigningKey, sign, verify, type SigningKey } from './signature';
