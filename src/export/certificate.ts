import * as der from './der';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  documentSigning: '1.3.6.1.5.5.7.3.36',
  emailProtection: '1.3.6.1.5.5.7.3.4',
};
const VALID_YEARS = 10;
const DAY_MS = 86_400_000;
/** keyUsage (RFC 5280, 4.2.1.3): the byte of the bit string, and its number of unused bits. */
const DIGITAL_SIGNATURE = [0x80, 7] as const;
const CERTIFICATE_SIGNING = [0x04, 2] as const;

export interface SigningIdentity {
  /** X.509 in DER: the signer's certificate, then its issuer's. */
  certificates: Uint8Array[];
  /** ES256: r and s, 32 bytes each. */
  sign: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Generates a signing key with the chain of two certificates that C2PA requires (specification 2.2, section 14.5.1: the
 * signer's certificate may not be self-signed). The keys are neither extractable nor stored: no one can sign with them once
 * the identity is garbage.
 */
export async function createIdentity(now = new Date()): Promise<SigningIdentity> {
  const [root, signer] = await Promise.all([createKeys(), createKeys()]);
  const rootId = await keyIdOf(root.publicKey);
  const validity = der.sequence(
    // A day of tolerance for clocks that are behind.
    der.time(new Date(now.getTime() - DAY_MS)),
    der.time(new Date(now.getTime() + VALID_YEARS * 365 * DAY_MS)),
  );
  const rootName = nameOf('Understudy, a root made for one file');
  const issue = async (name: Uint8Array, publicKey: CryptoKey, extensions: Uint8Array[]) =>
    certificate(root.privateKey, {
      issuer: rootName,
      validity,
      subject: name,
      publicKey,
      extensions: [
        ...extensions,
        extension(OID.subjectKeyId, false, der.octets(await keyIdOf(publicKey))),
        extension(OID.authorityKeyId, false, der.sequence(der.implicit(0, rootId))),
      ],
    });
  const certificates = await Promise.all([
    issue(nameOf('Understudy in a browser'), signer.publicKey, [
      extension(OID.basicConstraints, true, der.sequence()),
      extension(OID.keyUsage, true, usage(DIGITAL_SIGNATURE)),
      // C2PA's own reader accepts no certificate that names documentSigning alone (specification 2.2, section 14.5.1).
      extension(
        OID.extendedKeyUsage,
        false,
        der.sequence(der.objectId(OID.emailProtection), der.objectId(OID.documentSigning)),
      ),
    ]),
    issue(rootName, root.publicKey, [
      extension(OID.basicConstraints, true, der.sequence(der.boolean(true))),
      extension(OID.keyUsage, true, usage(CERTIFICATE_SIGNING)),
    ]),
  ]);
  return { certificates, sign: (data) => signWith(signer.privateKey, data) };
}

interface CertificateParts {
  issuer: Uint8Array;
  validity: Uint8Array;
  subject: Uint8Array;
  publicKey: CryptoKey;
  extensions: Uint8Array[];
}

/** X.509 version 3 (RFC 5280, 4.1). */
async function certificate(key: CryptoKey, parts: CertificateParts): Promise<Uint8Array> {
  const algorithm = der.sequence(der.objectId(OID.ecdsaWithSha256));
  const body = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))),
    der.integer(crypto.getRandomValues(new Uint8Array(16))),
    algorithm,
    parts.issuer,
    parts.validity,
    parts.subject,
    new Uint8Array(await crypto.subtle.exportKey('spki', parts.publicKey)),
    der.explicit(3, der.sequence(...parts.extensions)),
  );
  const signature = await signWith(key, body as Uint8Array<ArrayBuffer>);
  const pair = der.sequence(der.integer(signature.subarray(0, 32)), der.integer(signature.subarray(32)));
  return der.sequence(body, algorithm, der.bits(pair));
}

function createKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ECDSA, false, ['sign', 'verify']);
}

async function signWith(key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(ECDSA, key, data));
}

async function keyIdOf(key: CryptoKey): Promise<Uint8Array> {
  const point = await crypto.subtle.exportKey('raw', key);
  return new Uint8Array(await crypto.subtle.digest('SHA-1', point));
}

function nameOf(commonName: string): Uint8Array {
  const part = (oid: string, text: string) => der.set(der.sequence(der.objectId(oid), der.utf8(text)));
  return der.sequence(part(OID.organization, 'Understudy'), part(OID.commonName, commonName));
}

function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return der.sequence(der.objectId(oid), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function usage([byte, unused]: readonly [number, number]): Uint8Array {
  return der.bits(Uint8Array.of(byte), unused);
}
