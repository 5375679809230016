import KioskRoom from '../../kiosk/KioskRoom.svelte';
import type { AppContext } from '../../services/context';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage {
  return { view: ({ isPreview }) => view(KioskRoom, { context, isPreview }, `kiosk ${isPreview}`) };
}
