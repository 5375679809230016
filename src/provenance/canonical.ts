/** What a record may hold. Fractions are left out: languages write them differently. */
export type Canonical = string | number | boolean | null | Canonical[] | { [key: string]: Canonical };

/**
 * JSON in the one form that is hashed and signed (a subset of RFC 8785): keys in order, no blanks, no
 * undefined, integers alone. `json.dumps(x, sort_keys=True, separators=(",", ":"), ensure_ascii=False)` is the same.
 */
export function canonicalJson(value: Canonical): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${entries.join(',')}}`;
}

export function canonicalBytes(value: Canonical): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson(value));
}
