import type { SigningIdentity } from './certificate';
import { concat } from './der';

type Cbor = number | string | Uint8Array | null | Cbor[] | Map<number | string, Cbor>;

const ES256 = -7;
/** Header parameters (RFC 9052, 3.1; RFC 9360, 2): algorithm and certificate chain. */
const ALG = 1;
const X5CHAIN = 33;
const SIGN1_TAG = 0xd2;

/**
 * COSE_Sign1 (RFC 9052, 4.2) over a detached `payload`, padded to exactly `size` bytes as C2PA requires (specification 2.2,
 * 13.2), because its space in the file is reserved before signing.
 *
 * Throws RangeError where `size` is too small.
 */
export async function signCose(
  payload: Uint8Array,
  identity: SigningIdentity,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const headers = encode(
    new Map<number, Cbor>([
      [ALG, ES256],
      [X5CHAIN, identity.certificates],
    ]),
  );
  const signature = await identity.sign(encode(['Signature1', headers, new Uint8Array(0), payload]));
  const padded = (pad: number) =>
    concat([
      Uint8Array.of(SIGN1_TAG),
      encode([headers, new Map([['pad', new Uint8Array(pad)]]), null, signature]),
    ]);
  // From 256 bytes to 64 KiB the length header of the padding has a constant size.
  const pad = size - padded(256).length + 256;
  if (pad < 256) throw new RangeError(`A signature with its certificates needs more than ${size} bytes.`);
  return padded(pad);
}

/** The subset of CBOR (RFC 8949) that a signature needs. */
function encode(value: Cbor): Uint8Array<ArrayBuffer> {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    return concat([head(3, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return concat([head(2, value.length), value]);
  if (Array.isArray(value)) return concat([head(4, value.length), ...value.map(encode)]);
  return concat([head(5, value.size), ...[...value].flatMap(([key, each]) => [encode(key), encode(each)])]);
}

function head(major: number, count: number): Uint8Array<ArrayBuffer> {
  const type = major << 5;
  if (count < 24) return Uint8Array.of(type | count);
  if (count < 0x100) return Uint8Array.of(type | 24, count);
  if (count < 0x10000) return Uint8Array.of(type | 25, count >> 8, count & 0xff);
  return Uint8Array.of(type | 26, ...[24, 16, 8, 0].map((shift) => (count >>> shift) & 0xff));
}
