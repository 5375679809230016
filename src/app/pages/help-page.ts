import Help from '../../help/Help.svelte';
import type { AppContext } from '../../services/context';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage {
  return { view: () => view(Help, { context }, 'help') };
}
