import type { Scope } from '../services/scope';
import type { PageId } from './routes.svelte';

/**
 * Keeps the keyboard's place on every page. `restore` is called once the page of the address is shown: where the focus went with the page
 * that was left, or stands on a link to another page as after Back, it returns to what was last in focus on this page, or else to `main`.
 * A link that has just been followed keeps it.
 */
export class FocusMemory {
  private readonly places = new Map<PageId, string>();

  constructor(
    scope: Scope,
    private readonly main: HTMLElement,
    pageNow: () => PageId,
  ) {
    scope.on(main, 'focusin', ({ target }) => {
      const place = selectorOf(target as Element);
      if (place) this.places.set(pageNow(), place);
    });
  }

  restore(page: PageId): void {
    const { activeElement } = document;
    const isLost = !activeElement || activeElement === document.body;
    const link = activeElement?.closest('a')?.hash ?? '';
    if (!isLost && (!link || link.startsWith(`#/${page}`))) return;
    const place = this.places.get(page);
    const element = place === undefined ? null : this.main.querySelector<HTMLElement>(place);
    (element ?? this.main).focus({ preventScroll: element === null });
  }
}

/** What finds the element again after its page was drawn anew; undefined for one without a name. */
export function selectorOf(element: Element): string | undefined {
  const { testid } = (element as HTMLElement).dataset;
  if (testid) return `[data-testid="${CSS.escape(testid)}"]`;
  return element.id ? `#${CSS.escape(element.id)}` : undefined;
}
