import { plainText } from '../provenance';
import { isCancelled, messageOf } from './messages';

export interface Notice {
  id: number;
  kind: 'error' | 'warning';
  text: string;
  /** Shown as a list below the text. */
  items?: readonly string[];
  action?: { label: string; run: () => void };
  /** Whether it stays until it is dismissed, because it does not concern what the user started last. */
  isLasting?: boolean;
}

type More = Pick<Notice, 'items' | 'action' | 'isLasting'>;

/** Errors and warnings for the user, the newest last. Each stays until it is dismissed or, unless it is lasting, `clear` is called. */
export class Notices {
  list = $state<Notice[]>([]);
  /** What has just been done, for screen readers. */
  announcement = $state('');
  private nextId = 1;

  /** Shows an error; ignores cancellations. */
  fail(error: unknown, action?: Notice['action']): void {
    if (isCancelled(error)) return;
    console.error(error);
    this.add('error', messageOf(error), action && { action });
  }

  warn(text: string, more?: More): void {
    this.add('warning', text, more);
  }

  announce(text: string): void {
    this.announcement = plainText(text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Removes all notices but the lasting ones. Called when the user starts something new. */
  clear(): void {
    this.list = this.list.filter(({ isLasting }) => isLasting);
  }

  /** Texts name files and voices of others. */
  private add(kind: Notice['kind'], raw: string, { items, ...more }: More = {}): void {
    const text = plainText(raw);
    const list = items && { items: items.map((item) => plainText(item)) };
    const notice: Notice = { id: this.nextId++, kind, text, ...list, ...more };
    this.list = [...this.list.filter((other) => other.text !== text), notice];
  }
}
