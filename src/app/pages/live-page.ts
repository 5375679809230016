import type { AppContext } from '../../services/context';
import Live from '../../live/Live.svelte';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage {
  return { view: () => view(Live, { context }, 'live') };
}
