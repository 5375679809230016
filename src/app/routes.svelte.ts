import type { Scope } from '../services/scope';

export const PAGES = [
  { id: 'studio', label: 'Studio' },
  { id: 'live', label: 'Live' },
  { id: 'voices', label: 'Voices' },
  { id: 'detect', label: 'Detect' },
  { id: 'learn', label: 'Learn' },
] as const;

export type PageId = (typeof PAGES)[number]['id'];

/** The page in the address (`#/studio`, `#/live`, ...); the studio if there is none. */
export class Route {
  page = $state<PageId>(read());

  constructor(scope: Scope) {
    scope.on(window, 'hashchange', () => (this.page = read()));
  }
}

function read(): PageId {
  const name = location.hash.replace(/^#\/?/, '').split(/[/?]/)[0];
  return PAGES.find((page) => page.id === name)?.id ?? 'studio';
}
