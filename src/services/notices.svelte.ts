import { plainText } from '../provenance';
import { isCancelled, messageOf } from './messages';

export interface Notice {
  id: number;
  kind: 'error' | 'warning';
  text: string;
  action?: { label: string; run: () => void };
}

/** Errors and warnings for the user, the newest last. Each stays until it is dismissed or `clear` is called. */
export class Notices {
  list = $state<Notice[]>([]);
  /** What has just been done, for screen readers. */
  announcement = $state('');
  private nextId = 1;

  /** Shows an error; ignores cancellations. */
  fail(error: unknown, action?: Notice['action']): void {
    if (isCancelled(error)) return;
    console.error(error);
    this.add('error', messageOf(error), action);
  }

  warn(text: string): void {
    this.add('warning', text);
  }

  announce(text: string): void {
    this.announcement = plainText(text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Removes all notices. Called when the user starts something new. */
  clear(): void {
    this.list = [];
  }

  /** Texts name files and voices of others. */
  private add(kind: Notice['kind'], raw: string, action?: Notice['action']): void {
    const text = plainText(raw);
    const notice: Notice = { id: this.nextId++, kind, text, ...(action && { action }) };
    this.list = [...this.list.filter((other) => other.text !== text), notice];
  }
}
