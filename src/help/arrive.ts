/**
 * Shows the beginning of what a link has led to, also to who follows by keyboard or screen reader. Where the page itself has just been opened,
 * the focus stays at its beginning.
 */
export function arriveAt(heading: HTMLElement): void {
  if (document.activeElement !== document.body) heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: 'start' });
}
