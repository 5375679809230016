import type { Notice } from './notices.svelte';

/** Opens a saved take in the studio. */
export function takeLink(id: string): NonNullable<Notice['action']> {
  return { label: 'Open it in the studio', run: () => (location.hash = `#/studio/${id}`) };
}
