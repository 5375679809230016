import { DetectPage } from '../../detect/detect.svelte';
import Detect from '../../detect/Detect.svelte';
import type { AppContext } from '../../services/context';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage {
  const page = new DetectPage(context, context.scope);
  return { view: () => view(Detect, { context, page }, 'detect') };
}
