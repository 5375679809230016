import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { onChanged } from '../store/changes';
import { StoreError } from '../store/db';
import type { Draft } from '../store/drafts';
import type { TakeSummary } from '../store/rows';
import {
  askToPersist,
  countDamagedTakes,
  deleteTake,
  listTakes,
  loadTake,
  renameTake,
  saveDraft,
  saveTake,
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

/** The takes saved on this device, those that could not be saved, and the open one. */
export class TakeLibrary {
  takes = $state.raw<TakeSummary[]>([]);
  /** Takes that exist in this tab alone, oldest first: saving them failed, and can be tried again. */
  unsaved = $state.raw<OpenTake[]>([]);
  open = $state.raw<OpenTake | null>(null);
  /** Number of takes that are being saved. */
  saving = $state(0);
  /** The store's part of takes in `unsaved`. */
  private readonly drafts = new WeakMap<OpenTake, Draft>();

  constructor(
    scope: Scope,
    private readonly notices: Notices,
    private readonly onOpen: (take: OpenTake | null) => void,
    /** Called when the user has deleted a saved take. */
    private readonly onRemove: (id: string, name: string) => void = () => undefined,
  ) {
    // A live take may still be saved while the studio opens.
    scope.own(onChanged('takes', () => void this.refresh()));
    void this.refresh().then(() => this.warnOfDamage());
  }

  /** Opens a new recording and saves it immediately, so that no later error can lose it; `draft` has stored it already. */
  async add(take: NewTake, draft?: Draft): Promise<void> {
    const { name, source, output = null } = take;
    const open: OpenTake = { id: null, name, source, output, isIntact: true };
    this.show(open);
    await this.save(open, draft);
    void askToPersist();
  }

  /** Adds a conversion to a take. If the take already has one, the new conversion is saved as another take. */
  async addOutput(take: OpenTake, output: TakeOutput): Promise<void> {
    const isNew = take.output !== null || take.id === null;
    const next: OpenTake = { ...take, id: isNew ? null : take.id, output, isIntact: true };
    this.unsaved = this.unsaved.map((other) => (other === take && !take.output ? next : other));
    this.show(next);
    if (isNew) {
      await this.save(next);
      if (!this.unsaved.includes(next)) await this.drafts.get(take)?.discard();
      return;
    }
    await this.guarded(next, async () => {
      await setTakeOutput(take.id!, output).catch((error: unknown) => {
        throw isMissing(error) ? deletedMeanwhile(take.name, error) : error;
      });
      return take.id!;
    });
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

  /** Opens one of `unsaved`. */
  openUnsaved(take: OpenTake): void {
    this.show(take);
  }

  /** Tries again to save one of `unsaved`. */
  async save(take: OpenTake, draft = this.drafts.get(take)): Promise<void> {
    if (draft) this.drafts.set(take, draft);
    await this.guarded(take, async () => {
      const stored = await draft?.end();
      const { source, output, name } = take;
      if (stored && stored.source.samples === source.samples.length) {
        const { id } = await saveDraft(stored);
        await draft?.release();
        return id;
      }
      const { id } = await saveTake({ name, source, ...(output && { output }) });
      await draft?.discard();
      return id;
    });
  }

  /** Lets one of `unsaved` go. */
  discard(take: OpenTake): void {
    this.unsaved = this.unsaved.filter((other) => other !== take);
    if (this.open === take) this.show(null);
    void this.drafts.get(take)?.discard();
  }

  async rename(id: string, name: string): Promise<void> {
    const trimmed = name.trim();
    if (!trimmed) return;
    await this.attempt(() => renameTake(id, trimmed));
    if (this.open?.id === id) this.open = { ...this.open, name: trimmed };
  }

  async remove(id: string): Promise<void> {
    const name = this.takes.find((take) => take.id === id)?.name ?? '';
    await this.attempt(() => deleteTake(id));
    if (this.open?.id === id) this.show(null);
    this.onRemove(id, name);
  }

  /** Runs `task`, which saves the take and resolves with its id. If it fails, the take is listed as not saved. */
  private async guarded(take: OpenTake, task: () => Promise<string>): Promise<void> {
    this.saving++;
    try {
      const id = await task();
      this.unsaved = this.unsaved.filter((other) => other !== take);
      if (this.open === take) this.open = { ...take, id };
    } catch (error) {
      const waiting: OpenTake = { ...take, id: null };
      this.unsaved = [...this.unsaved.filter((other) => other !== take), waiting];
      const draft = this.drafts.get(take);
      if (draft) this.drafts.set(waiting, draft);
      if (this.open === take) this.open = waiting;
      this.notices.fail(error, { label: 'Save again', run: () => void this.saveListed(waiting) });
    } finally {
      this.saving--;
    }
    await this.refresh();
  }

  /** The take may have been saved or let go since the button was shown. */
  private async saveListed(take: OpenTake): Promise<void> {
    if (this.unsaved.includes(take)) await this.save(take);
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

function isMissing(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'missing';
}

function deletedMeanwhile(name: string, cause: unknown): StoreError {
  return new StoreError(
    'missing',
    `“${name}” was deleted in another tab while it was being converted. The recording and its conversion are still open in this tab, but not saved. Save them again as a new take, or let them go.`,
    { cause },
  );
}
