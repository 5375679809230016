import { singleKey } from '../ui/single-key';

/** Whether the list of keyboard shortcuts is shown, which stands beside the footer on every page. */
export const sheet = $state({ isOpen: false });

const TYPED_INTO =
  'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=file], [type=range])';

/** Whether a key opens the list of shortcuts: `?`, unless somebody types it into a field, a dialog is open, or shortcuts with a single key are off. */
export function opensSheet(event: KeyboardEvent, isOn: boolean): boolean {
  if (singleKey(event, isOn) !== '?') return false;
  if (event.repeat || event.defaultPrevented) return false;
  const target = event.target as Element | null;
  return !target?.closest?.(`${TYPED_INTO}, [role=dialog], [role=alertdialog]`);
}
