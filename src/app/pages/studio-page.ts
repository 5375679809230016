import type { AppContext } from '../../services/context';
import { Studio as State } from '../../studio/studio.svelte';
import Studio from '../../studio/Studio.svelte';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage & { openTake(id: string): void } {
  const studio = new State(context, context.scope);
  return {
    view: () => view(Studio, { context, studio }, 'studio'),
    openTake: (id) => void studio.library.openTake(id),
  };
}
