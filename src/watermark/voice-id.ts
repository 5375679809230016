/** 24-bit hash of a voice's id for the payload: 32-bit FNV-1a (Fowler, Noll, Vo), xor-folded. */
export function voiceId24(voiceId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(voiceId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash >>> 24) ^ (hash & 0xffffff);
}
