import type { Scope } from '../services/scope';
import { isFocusLost, isUsable } from '../ui/attention';
import { selectorOf } from './focus';

const PANELS = 'section, article';
const CONTROLS = 'a[href], button, input, select, textarea, summary';

/** An element that had the focus, and what surrounded it then. */
interface Place {
  element: HTMLElement;
  /** The item of a list that held it, and its neighbours. */
  items: Element[];
  panel: HTMLElement | null;
}

/**
 * Keeps the focus from falling to `<body>`, from where the keyboard would start at the top of the page again. Where the element in focus is
 * removed or disabled, the focus goes to what is left of its list item, to the next item, or else waits on its panel; from there it
 * returns to the element once that is usable again.
 */
export class FocusKeeper {
  private last: Place | undefined;
  /** The panel on which the focus waits. */
  private waiting: HTMLElement | undefined;
  private isScheduled = false;

  /** `main` is the last resort; focus in dialogs, which lie outside of `root`, is theirs. */
  constructor(
    private readonly scope: Scope,
    root: HTMLElement,
    private readonly main: HTMLElement,
  ) {
    scope.on(root, 'focusin', ({ target }) => this.note(target as HTMLElement));
    scope.on(document, 'pointerdown', ({ target }) => {
      if (!this.last?.element.contains(target as Node)) this.last = undefined;
    });
    const observer = new MutationObserver(() => this.schedule());
    observer.observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['disabled'],
    });
    scope.own(() => observer.disconnect());
  }

  private note(element: HTMLElement): void {
    if (element === this.waiting) return;
    const item = element.closest('li');
    const items = [item, item?.nextElementSibling, item?.previousElementSibling];
    this.last = {
      element,
      items: items.filter((each): each is Element => Boolean(each)),
      panel: element.parentElement?.closest<HTMLElement>(PANELS) ?? null,
    };
    this.waiting = undefined;
  }

  /** After whatever else moves the focus because of the same change. */
  private schedule(): void {
    if (this.isScheduled || !this.last) return;
    this.isScheduled = true;
    this.scope.timeout(() => {
      this.isScheduled = false;
      this.check();
    }, 0);
  }

  private check(): void {
    const { last, waiting } = this;
    if (!last) return;
    const isWaiting = waiting !== undefined && document.activeElement === waiting;
    if (!isWaiting && !isFocusLost()) return;
    const next = isUsable(last.element) ? last.element : (again(last.element) ?? inItems(last.items));
    if (next) return next.focus({ preventScroll: true });
    if (isWaiting) return;
    const panel = last.panel?.isConnected ? last.panel : this.main;
    panel.tabIndex = -1;
    this.waiting = panel;
    panel.focus({ preventScroll: true });
  }
}

/** What has the element's name now that it is gone, if that is one alone. */
function again(element: HTMLElement): HTMLElement | undefined {
  const selector = element.isConnected ? undefined : selectorOf(element);
  const [found, ...others] = selector ? document.querySelectorAll<HTMLElement>(selector) : [];
  return found && others.length === 0 && isUsable(found) ? found : undefined;
}

function inItems(items: Element[]): HTMLElement | undefined {
  return items
    .filter((item) => item.isConnected)
    .flatMap((item) => [...item.querySelectorAll<HTMLElement>(CONTROLS)])
    .find(isUsable);
}
