import { expect, it } from 'vitest';
import { credentialState } from '../../../src/export/credential-state';

it.each([
  [true, [], 'intact'],
  // Signed on a device whose clock is ahead, or opened on one whose clock is behind.
  [false, ['signingCredential.untrusted', 'signingCredential.expired'], 'undated'],
  [false, ['signingCredential.expired', 'assertion.dataHash.mismatch'], 'broken'],
  [false, ['claimSignature.mismatch'], 'broken'],
  [false, [], 'broken'],
] as const)('credentials that are valid: %s, with the failures %j, are %s', (isValid, failures, state) => {
  expect(credentialState(isValid, failures)).toBe(state);
});
