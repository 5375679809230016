import { m } from '../text/messages';
import type { Notice } from './notices.svelte';

/** Opens a saved take in the studio. */
export function takeLink(id: string): NonNullable<Notice['action']> {
  return { label: m.services_open_take, run: () => (location.hash = `#/studio/${id}`) };
}
