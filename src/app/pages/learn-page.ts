import type { AppContext } from '../../services/context';
import Learn from '../../learn/Learn.svelte';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage {
  return { view: ({ section }) => view(Learn, { context, section }, 'learn') };
}
