import { inWords, isCancelled, messageOf, type Words } from './messages';

export interface Notice {
  id: number;
  kind: 'error' | 'warning';
  readonly text: string;
  /** Shown as a list below the text. */
  readonly items?: readonly string[];
  action?: { label: Words; run: () => void };
  /** Whether it stays until it is dismissed, because it does not concern what the user started last. */
  isLasting?: boolean;
}

type More = Pick<Notice, 'action' | 'isLasting'> & { items?: readonly Words[] };

/** Errors and warnings for the user, the newest last. Each stays until it is dismissed or, unless it is lasting, `clear` is called. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  private announced = $state.raw<Words>('');
  private nextId = 1;

  /** Shows an error; ignores cancellations. */
  fail(error: unknown, action?: Notice['action']): void {
    if (isCancelled(error)) return;
    console.error(error);
    this.add('error', messageOf(error), action && { action });
  }

  warn(text: Words, more?: More): void {
    this.add('warning', text, more);
  }

  /** What has just been done, for screen readers. */
  get announcement(): string {
    return inWords(this.announced);
  }

  announce(text: Words): void {
    this.announced = text;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Removes all notices but the lasting ones. Called when the user starts something new. */
  clear(): void {
    this.list = this.list.filter(({ isLasting }) => isLasting);
  }

  private add(kind: Notice['kind'], words: Words, { items, ...more }: More = {}): void {
    const notice: Notice = {
      id: this.nextId++,
      kind,
      get text() {
        return inWords(words);
      },
      ...(items && {
        get items() {
          return items.map(inWords);
        },
      }),
      ...more,
    };
    this.list = [...this.list.filter((other) => other.text !== notice.text), notice];
  }
}
