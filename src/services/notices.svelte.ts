import { isCancelled, messageOf } from './messages';

export interface Notice {
  id: number;
  kind: 'error' | 'warning';
  text: string;
  action?: { label: string; run: () => void };
}

/** What the app has to tell the user, the newest last, each until it is dismissed or out of date. */
export class Notices {
  list = $state<Notice[]>([]);
  /** For screen readers: what has just been done. */
  announcement = $state('');
  private nextId = 1;

  /** Shows an error of any kind; nothing for a cancel. */
  fail(error: unknown, action?: Notice['action']): void {
    if (isCancelled(error)) return;
    console.error(error);
    this.add('error', messageOf(error), action);
  }

  warn(text: string): void {
    this.add('warning', text);
  }

  announce(text: string): void {
    this.announcement = text;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Old news goes when the user does something new. */
  clear(): void {
    this.list = [];
  }

  private add(kind: Notice['kind'], text: string, action?: Notice['action']): void {
    const notice: Notice = { id: this.nextId++, kind, text, ...(action && { action }) };
    this.list = [...this.list.filter((other) => other.text !== text), notice];
  }
}
