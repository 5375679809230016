/* Where the eye and the keyboard go when something new has appeared. */

const MARGIN_PX = 16;

/**
 * Scrolls the page by as little as shows `first` to `last`; where the window is too small for both, by what shows `first`.
 * Without motion for users who prefer less of it.
 */
export function reveal(first: Element, last: Element = first): void {
  const top = first.getBoundingClientRect().top - MARGIN_PX;
  const below = last.getBoundingClientRect().bottom + MARGIN_PX - window.innerHeight;
  const by = top < 0 ? top : Math.min(Math.max(0, below), top);
  if (Math.abs(by) < 1) return;
  window.scrollBy({ top: by, behavior: wantsStillness() ? 'instant' : 'smooth' });
}

/** Whether the user has asked the system for less motion. */
export function wantsStillness(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Whether the element can have the focus: it is shown and not disabled. */
export function isUsable(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled') && element.getClientRects().length > 0;
}

/** Whether no element has the focus, or one that has been disabled. */
export function isFocusLost(): boolean {
  const { activeElement } = document;
  return !activeElement || activeElement === document.body || activeElement.matches(':disabled');
}

/** Moves the focus to `element` if it is lost, or waits on the panel where it was lost (`FocusKeeper`). */
export function takeLostFocus(element: HTMLElement): void {
  const isWaiting = document.activeElement?.contains(element) ?? false;
  if (isFocusLost() || isWaiting) element.focus({ preventScroll: true });
}
