import type { AppContext } from '../../services/context';
import type { PageId } from '../routes.svelte';
import type { LoadedPage } from './loaded-page';

const LOADERS = {
  studio: async (context: AppContext) => (await import('./studio-page')).studioPage(context),
  live: async (context: AppContext) => (await import('./live-page')).livePage(context),
  voices: async (context: AppContext) => (await import('./voices-page')).voicesPage(context),
  detect: async (context: AppContext) => (await import('./detect-page')).detectPage(context),
  learn: async (context: AppContext) => (await import('./learn-page')).learnPage(context),
  kiosk: async (context: AppContext) => (await import('./kiosk-page')).kioskPage(context),
  help: async (context: AppContext) => (await import('./help-page')).helpPage(context),
  about: async (context: AppContext) => (await import('./about-page')).aboutPage(context),
  curator: async (context: AppContext) => (await import('./curator-page')).curatorPage(context),
} satisfies Record<PageId, (context: AppContext) => Promise<LoadedPage>>;

/** The pages, whose code is fetched when they are first shown. The state of a page is made once and lives as long as the app. */
export class Pages {
  private readonly loads = new Map<PageId, Promise<LoadedPage>>();

  constructor(private readonly context: AppContext) {}

  /** Rejects where the code cannot be fetched; the next call tries again. */
  load<Id extends PageId>(id: Id): ReturnType<(typeof LOADERS)[Id]> {
    let loading = this.loads.get(id);
    if (!loading) {
      loading = LOADERS[id](this.context);
      loading.catch(() => this.loads.delete(id));
      this.loads.set(id, loading);
    }
    return loading as ReturnType<(typeof LOADERS)[Id]>;
  }
}
