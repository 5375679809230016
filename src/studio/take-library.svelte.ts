import type { Notices } from '../services/notices.svelte';
import type { TakeSummary } from '../store/rows';
import {
  askToPersist,
  countDamagedTakes,
  deleteTake,
  listTakes,
  loadTake,
  renameTake,
  saveTake,
  setTakeOutput,
  type NewTake,
  type TakeOutput,
} from '../store/takes';

/** A take in the page. `id` is null while it could not be kept on this device. */
export interface OpenTake {
  id: string | null;
  name: string;
  source: NewTake['source'];
  output: TakeOutput | null;
}

/** The takes kept on this device, and the one that is open, which may be on the page alone. */
export class TakeLibrary {
  takes = $state.raw<TakeSummary[]>([]);
  open = $state.raw<OpenTake | null>(null);

  constructor(
    private readonly notices: Notices,
    private readonly onOpen: (take: OpenTake | null) => void,
  ) {
    void this.refresh().then(() => this.warnOfDamage());
  }

  /** Opens a new recording, then keeps it: before anything else can go wrong with it. */
  async add(take: NewTake): Promise<void> {
    const open: OpenTake = { id: null, name: take.name, source: take.source, output: take.output ?? null };
    this.show(open);
    await this.keep(open);
    void askToPersist();
  }

  /** A take that already has an output stays as it is; the new one goes beside it. */
  async addOutput(take: OpenTake, output: TakeOutput): Promise<void> {
    const isNew = take.output !== null || take.id === null;
    const next: OpenTake = { ...take, id: isNew ? null : take.id, output };
    this.show(next);
    if (isNew) return this.keep(next);
    await this.guarded(next, () => setTakeOutput(take.id!, output));
  }

  async openTake(id: string): Promise<void> {
    try {
      const take = await loadTake(id);
      this.show({ id, name: take.name, source: take.source, output: take.output });
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

  /** A take that cannot be kept stays open, and keeping it can be tried again. */
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
      `What this device keeps of ${count === 1 ? 'a take' : `${count} takes`} is damaged and cannot be shown. It was left as it is; the other takes are safe.`,
    );
  }

  private show(take: OpenTake | null): void {
    this.open = take;
    this.onOpen(take);
  }
}
