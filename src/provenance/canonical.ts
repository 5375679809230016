/** The values allowed in a record. Numbers are integers: languages format fractions differently. */
export type Canonical = string | number | boolean | null | Canonical[] | { [key: string]: Canonical };

/**
 * Canonical JSON for hashing and signing (a subset of RFC 8785): sorted keys, no white space, no undefined, integers only.
 * Equal to Python's `json.dumps(x, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`.
 */
export function canonicalJson(value: Canonical): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${entries.join(',')}}`;
}

/** `canonicalJson` in UTF-8. */
export function canonicalBytes(value: Canonical): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson(value));
}
