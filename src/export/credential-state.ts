/**
 * `intact`: nothing was changed after signing. `undated`: nothing is known to be changed, but the signature is not valid at the time that this
 * device's clock shows. `broken`: something was changed, or the signature is invalid.
 */
export type CredentialState = 'intact' | 'undated' | 'broken';

const OUT_OF_TIME = /^(signingCredential\.expired|claimSignature\.outsideValidity)$/;
/** What the toolkit reports beside: the signer is unknown to it, as everybody's here is. */
const BESIDE = /^(signingCredential\.(untrusted|ocsp\..*)|timeStamp\..*)$/;

/** `failures`: validation status codes of the C2PA specification. */
export function credentialState(isValid: boolean, failures: readonly string[]): CredentialState {
  if (isValid) return 'intact';
  const isOutOfTime = failures.some((code) => OUT_OF_TIME.test(code));
  return isOutOfTime && failures.every((code) => OUT_OF_TIME.test(code) || BESIDE.test(code))
    ? 'undated'
    : 'broken';
}
