import type { Scope } from '../services/scope';

const SCAN_MS = 2500;
const NEXT = new Set(['ArrowRight', 'ArrowDown']);
const PREVIOUS = new Set(['ArrowLeft', 'ArrowUp']);
const PRESSES = new Set(['Enter', ' ']);
/** Share of a text's height that one step scrolls. */
const SCROLL = 0.7;

/**
 * Keypads with arrows, and single switches. Arrows move the focus as Tab does, and through a text that scrolls. Where a visit is begun by Enter or Space and no other key
 * was ever pressed, the visitor has one switch: the focus then moves on by itself, and the switch presses what it is on.
 */
export class Keypad {
  private isScanning = false;

  constructor(
    scope: Scope,
    private readonly root: HTMLElement,
    /** Whether the focus has to stay where it is, because the visitor speaks. */
    private readonly isHeld: () => boolean,
  ) {
    scope.on(window, 'keydown', (event) => this.onKey(event));
    scope.on(window, 'pointerdown', () => (this.isScanning = false));
    scope.interval(() => this.scan(), SCAN_MS);
  }

  /** The visit has ended: the next visitor may have a whole keyboard. */
  reset(): void {
    this.isScanning = false;
  }

  /** The visit was begun by a key. */
  begin(): void {
    this.isScanning = true;
  }

  private onKey(event: KeyboardEvent): void {
    const { key } = event;
    if (NEXT.has(key) || PREVIOUS.has(key)) {
      event.preventDefault();
      this.move(NEXT.has(key) ? 1 : -1);
    }
    if (!PRESSES.has(key)) this.isScanning = false;
  }

  private scan(): void {
    if (this.isScanning && !this.isHeld()) this.move(1);
  }

  private move(by: 1 | -1): void {
    const dialog = this.root.querySelector<HTMLElement>('[role=alertdialog]');
    const stops = [
      ...(dialog ?? this.root).querySelectorAll<HTMLElement>(
        "button:not(:disabled), [role=region][tabindex='0']",
      ),
    ];
    if (stops.length === 0) return;
    const { activeElement } = document;
    const at = stops.indexOf(activeElement as HTMLElement);
    if (at >= 0 && scrolls(stops[at]!, by)) return;
    // From a heading or from nothing: the first one after it.
    const from = at >= 0 ? at : by > 0 ? -1 : 0;
    stops[(from + by + stops.length) % stops.length]!.focus();
  }
}

/** Scrolls a text by a step; whether it was not at its end. */
function scrolls(text: HTMLElement, by: 1 | -1): boolean {
  const before = text.scrollTop;
  text.scrollTop += by * SCROLL * text.clientHeight;
  return text.scrollTop !== before;
}
