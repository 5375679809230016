/** The ASN.1 types of a certificate in DER (ITU-T X.690): tag, length, content. */

export function sequence(...parts: Uint8Array[]): Uint8Array {
  return tagged(0x30, ...parts);
}

export function set(...parts: Uint8Array[]): Uint8Array {
  return tagged(0x31, ...parts);
}

/** A non-negative integer from its bytes, big endian. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const magnitude = bytes.subarray(start);
  // With its highest bit set it would be negative.
  return tagged(0x02, ...(magnitude[0]! >= 0x80 ? [Uint8Array.of(0)] : []), magnitude);
}

export function boolean(value: boolean): Uint8Array {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

/** `dotted`: "1.2.840.10045.4.3.2". */
export function objectId(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return tagged(0x06, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
}

export function octets(content: Uint8Array): Uint8Array {
  return tagged(0x04, content);
}

/** `unused`: number of unused bits in the last byte. */
export function bits(content: Uint8Array, unused = 0): Uint8Array {
  return tagged(0x03, Uint8Array.of(unused), content);
}

export function utf8(text: string): Uint8Array {
  return tagged(0x0c, new TextEncoder().encode(text));
}

/** UTCTime up to 2049, GeneralizedTime after it (RFC 5280, 4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const isLate = date.getUTCFullYear() >= 2050;
  return tagged(isLate ? 0x18 : 0x17, new TextEncoder().encode(isLate ? digits : digits.slice(2)));
}

/** A context-specific tag around complete values. */
export function explicit(number: number, ...parts: Uint8Array[]): Uint8Array {
  return tagged(0xa0 | number, ...parts);
}

/** A context-specific tag that replaces that of a primitive value. */
export function implicit(number: number, content: Uint8Array): Uint8Array {
  return tagged(0x80 | number, content);
}

function tagged(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concat(parts);
  return concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

function lengthOf(count: number): number[] {
  if (count < 0x80) return [count];
  return count < 0x100 ? [0x81, count] : [0x82, count >> 8, count & 0xff];
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(128 + (rest % 128));
  return digits;
}

export function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
