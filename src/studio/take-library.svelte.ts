import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { onChanged } from '../store/changes';
import type { TakeSummary } from '../store/rows';
import {
  askToPersist,
  countDamagedTakes,
  deleteTake,
  listTakes,
  loadTake,
  renameTake,
  saveTake,
  sealEarlierTakes,
  setTakeOutput,
  type NewTake,
  type TakeOutput,
} from '../store/takes';

/** The open take. `id` is null while it is not saved on this device. */
export interface OpenTake {
  id: string | null;
  name: string;
  source: NewTake['source'];
  output: TakeOutput | null;
  /** See `Take`; a conversion that was just made is intact. */
  isIntact: boolean;
}

/** The takes saved on this device, and the open one, which may not be saved yet. */
export class TakeLibrary {
  takes = $state.raw<TakeSummary[]>([]);
  open = $state.raw<OpenTake | null>(null);

  constructor(
    scope: Scope,
    private readonly notices: Notices,
    private readonly onOpen: (take: OpenTake | null) => void,
  ) {
    // A live take may still be saved while the studio opens.
    scope.own(onChanged('takes', () => void this.refresh()));
    void this.refresh().then(() => this.warnOfDamage());
    sealEarlierTakes().catch((error: unknown) => notices.fail(error));
  }

  /** Opens a new recording and saves it immediately, so that no later error can lose it. */
  async add(take: NewTake): Promise<void> {
    const { name, source, output = null } = take;
    const open: OpenTake = { id: null, name, source, output, isIntact: true };
    this.show(open);
    await this.keep(open);
    void askToPersist();
  }

  /** Adds a conversion to a take. If the take already has one, the new conversion is saved as another take. */
  async addOutput(take: OpenTake, output: TakeOutput): Promise<void> {
    const isNew = take.output !== null || take.id === null;
    const next: OpenTake = { ...take, id: isNew ? null : take.id, output, isIntact: true };
    this.show(next);
    if (isNew) return this.keep(next);
    await this.guarded(next, () => setTakeOutput(take.id!, output));
  }

  async openTake(id: string): Promise<void> {
    try {
      const take = await loadTake(id);
      const { name, source, output, isIntact } = take;
      this.show({ id, name, source, output, isIntact });
    } catch (error) {
      this.notices.fail(error);
    }
  }

  async rename(id: string, name: string): Promise<void> {
    const trimmed = name.trim();
    if (!trimmed) return;
    await this.attempt(() => renameTake(id, trimmed));
    if (this.open?.id === id) this.open = { ...this.open, name: trimmed };
  }

  async remove(id: string): Promise<void> {
    await this.attempt(() => deleteTake(id));
    if (this.open?.id === id) this.show(null);
  }

  private async keep(open: OpenTake): Promise<void> {
    await this.guarded(open, async () => {
      const { id } = await saveTake({
        name: open.name,
        source: open.source,
        ...(open.output && { output: open.output }),
      });
      if (this.open === open) this.open = { ...open, id };
    });
  }

  /** Runs `task`. If it fails, the take stays open and the notice offers to save it again. */
  private async guarded(open: OpenTake, task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.open === open) this.open = { ...open, id: null };
      const waiting = this.open;
      this.notices.fail(error, { label: 'Save again', run: () => void (waiting && this.keep(waiting)) });
    }
    await this.refresh();
  }

  private async attempt(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.notices.fail(error);
    }
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    try {
      this.takes = await listTakes();
    } catch (error) {
      this.notices.fail(error);
    }
  }

  private async warnOfDamage(): Promise<void> {
    const count = await countDamagedTakes().catch(() => 0);
    if (count === 0) return;
    this.notices.warn(
      count === 1
        ? 'A take saved on this device is damaged and cannot be shown. It was left unchanged; the other takes are safe.'
        : `${count} takes saved on this device are damaged and cannot be shown. They were left unchanged; the other takes are safe.`,
    );
  }

  private show(take: OpenTake | null): void {
    this.open = take;
    this.onOpen(take);
  }
}
