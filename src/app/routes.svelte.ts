import { m } from '../text/messages';
import type { Scope } from '../services/scope';

export const PAGES = [
  { id: 'studio', label: m.app_page_studio },
  { id: 'live', label: m.app_page_live },
  { id: 'voices', label: m.app_page_voices },
  { id: 'detect', label: m.app_page_detect },
  { id: 'learn', label: m.app_page_learn },
] as const;

/** Pages without the app's header and footer, which no menu names. */
export const ROOMS = [{ id: 'kiosk', label: m.app_page_kiosk }] as const;

/** Pages for those who know their address, and those that the footer links to. */
const UNLISTED = [
  { id: 'curator', label: m.app_page_curator },
  { id: 'help', label: m.help_title },
  { id: 'about', label: m.help_about },
] as const;

const ALL = [...PAGES, ...ROOMS, ...UNLISTED];

export type PageId = (typeof ALL)[number]['id'];

/** The page that an address names (`#/live`), the studio if it names none. */
export function pageAt(hash: string): PageId {
  const [name] = parts(hash);
  return ALL.find((page) => page.id === name)?.id ?? 'studio';
}

const parts = (hash: string) => hash.replace(/^#\/?/, '').split(/[/?]/);

/** The page in the address (`#/studio`, `#/live`, ...), the studio if there is none, and the take to open there (`#/studio/<id>`). */
export class Route {
  page = $state<PageId>('studio');
  takeId = $state<string | null>(null);
  /** The voice whose page the address names (`#/voices/<id>`). */
  voiceId = $state<string | null>(null);
  /** The lesson or other part of the learning page that the address names (`#/learn/<name>`). */
  section = $state<string | null>(null);
  /** Whether the kiosk shows what a curator is editing (`#/kiosk/preview`). */
  isPreview = $state(false);

  constructor(scope: Scope) {
    this.read();
    scope.on(window, 'hashchange', () => this.read());
  }

  get label(): string {
    return ALL.find(({ id }) => id === this.page)!.label();
  }

  /** Whether the page is one without header and footer. */
  get isRoom(): boolean {
    return ROOMS.some(({ id }) => id === this.page);
  }

  /** The take that the address names, once: then the address is that of the studio alone, which shows whatever is open. */
  consumeTake(): string | null {
    const id = this.takeId;
    this.takeId = null;
    if (id) history.replaceState(history.state, '', '#/studio');
    return id;
  }

  private read(): void {
    const [, id] = parts(location.hash);
    this.page = pageAt(location.hash);
    this.takeId = (this.page === 'studio' && id) || null;
    this.voiceId = (this.page === 'voices' && id) || null;
    this.section = (this.page === 'learn' && id) || null;
    this.isPreview = this.page === 'kiosk' && id === 'preview';
  }
}
