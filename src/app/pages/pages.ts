import type { CatalogueName } from '../../paraglide/catalogues';
import type { AppContext } from '../../services/context';
import { needTexts, needTextsInAll } from '../../services/locale.svelte';
import type { PageId } from '../routes.svelte';
import type { LoadedPage } from './loaded-page';

interface PageModule {
  openPage(context: AppContext): LoadedPage;
}

const MODULES = {
  studio: () => import('./studio-page'),
  live: () => import('./live-page'),
  voices: () => import('./voices-page'),
  detect: () => import('./detect-page'),
  learn: () => import('./learn-page'),
  kiosk: () => import('./kiosk-page'),
  help: () => import('./help-page'),
  about: () => import('./about-page'),
  curator: () => import('./curator-page'),
} satisfies Record<PageId, () => Promise<PageModule>>;

/** The catalogues beside the shell's that the code of each page speaks from (tests/unit/app/page-texts.test.ts). */
export const TEXTS: Readonly<Record<PageId, readonly CatalogueName[]>> = {
  studio: ['studio', 'recorded'],
  live: ['live', 'studio', 'recorded'],
  voices: ['voices', 'recorded'],
  detect: ['detect', 'recorded'],
  learn: ['learn', 'class', 'recorded'],
  kiosk: ['kiosk', 'curator', 'recorded'],
  help: ['help'],
  about: ['help', 'kiosk', 'studio'],
  curator: ['curator', 'kiosk', 'recorded'],
};

type ModuleOf<Id extends PageId> = Awaited<ReturnType<(typeof MODULES)[Id]>>;
type Page<Id extends PageId> = ReturnType<ModuleOf<Id>['openPage']>;

/** Fetches the code and the texts of a page. Rejects where that cannot be done; the next call tries again. */
export async function fetchPage<Id extends PageId>(id: Id): Promise<ModuleOf<Id>> {
  // During a visit nothing is fetched, whichever language the visitor chooses.
  const texts = id === 'kiosk' ? needTextsInAll(TEXTS[id]) : needTexts(TEXTS[id]);
  const [module] = await Promise.all([MODULES[id](), texts]);
  return module as ModuleOf<Id>;
}

/** The pages, whose code and texts are fetched when they are first shown. The state of a page is made once and lives as long as the app. */
export class Pages {
  private readonly loads = new Map<PageId, Promise<LoadedPage>>();

  constructor(private readonly context: AppContext) {}

  /** Rejects as `fetchPage` does. */
  load<Id extends PageId>(id: Id): Promise<Page<Id>> {
    let loading = this.loads.get(id);
    if (!loading) {
      loading = fetchPage(id).then(({ openPage }) => openPage(this.context));
      loading.catch(() => this.loads.delete(id));
      this.loads.set(id, loading);
    }
    return loading as Promise<Page<Id>>;
  }
}
