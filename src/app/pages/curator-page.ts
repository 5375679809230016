import type { AppContext } from '../../services/context';
import Curator from '../../curator/Curator.svelte';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage {
  return { view: () => view(Curator, { context }, 'curator') };
}
