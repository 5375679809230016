import { m } from '../text/messages';
import type { Notice, Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { onChanged } from '../store/changes';
import { isMissing, StoreError } from '../store/db';
import { saveDraft } from '../store/draft-takes';
import type { Draft } from '../store/drafts';
import { wasDeletedHere } from '../store/kept/deleted-here';
import type { TakeSummary } from '../store/rows';
import { idsIn } from '../store/additions';
import {
  addTakeOutput,
  askToPersist,
  countDamagedTakes,
  deleteTake,
  listTakes,
  loadTake,
  renameTake,
  saveTake,
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

/** The draft of a recording. `isRepaired`: the take has repaired samples, which replace those that are stored. */
export interface StoredDraft {
  draft: Draft;
  isRepaired: boolean;
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
  private readonly drafts = new WeakMap<OpenTake, StoredDraft>();

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
  async add(take: NewTake, draft?: StoredDraft): Promise<void> {
    const { name, source, output = null } = take;
    const open: OpenTake = { id: null, name, source, output, isIntact: true };
    this.show(open);
    await this.save(open, draft);
    void askToPersist();
  }

  /**
   * Adds a conversion to a take. If the take already has one, also by another tab, the new conversion is saved as another take; if another tab has
   * deleted the take, nothing is saved.
   */
  async addOutput(take: OpenTake, output: TakeOutput): Promise<void> {
    const { id, source } = take;
    const next: OpenTake = { ...take, output, isIntact: true };
    this.unsaved = this.unsaved.map((other) => (other.source === source && !other.output ? next : other));
    this.show(next);
    if (id === null) {
      await this.save(next);
      if (!this.unsaved.includes(next)) await this.drafts.get(take)?.draft.discard();
      return;
    }
    const saved = await this.guarded(next, () =>
      addTakeOutput(id, output).catch((error: unknown) => {
        throw isMissing(error) ? deletedMeanwhile(take.name, error) : error;
      }),
    );
    if (saved && saved.id !== id && !take.output) {
      this.notices.warn(() => m.studio_converted_elsewhere({ name: saved.name }));
    }
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
  async save(take: OpenTake, storedDraft = this.drafts.get(take)): Promise<void> {
    if (storedDraft) this.drafts.set(take, storedDraft);
    const { draft, isRepaired } = storedDraft ?? {};
    await this.guarded(take, async () => {
      const stored = await draft?.end();
      const { source, output, name } = take;
      if (stored && stored.source.samples === source.samples.length) {
        const saved = await saveDraft(stored, isRepaired ? source.samples : undefined);
        await draft?.release();
        if (saved) return saved;
      }
      const saved = await saveTake({ name, source, ...(output && { output }) });
      await draft?.discard();
      return saved;
    });
  }

  /** Deletes one of `unsaved`. */
  discard(take: OpenTake): void {
    this.unsaved = this.unsaved.filter((other) => other !== take);
    if (this.open === take) this.show(null);
    void this.drafts.get(take)?.draft.discard();
  }

  async rename(id: string, name: string): Promise<void> {
    const trimmed = name.trim();
    if (!trimmed) return;
    await this.attempt(() => renameTake(id, trimmed));
  }

  async remove(id: string): Promise<void> {
    const name = this.takes.find((take) => take.id === id)?.name ?? '';
    await this.attempt(async () => {
      await deleteTake(id);
      if (this.open?.id === id) this.show(null);
      this.onRemove(id, name);
    });
  }

  /** Runs `task`, which saves the take. If it fails, the take is listed as not saved. */
  private async guarded(take: OpenTake, task: () => Promise<TakeSummary>): Promise<TakeSummary | undefined> {
    let saved: TakeSummary | undefined;
    this.saving++;
    try {
      saved = await task();
      this.unsaved = this.unsaved.filter((other) => other !== take);
      if (this.open === take) this.open = { ...take, id: saved.id, name: saved.name };
    } catch (error) {
      const waiting: OpenTake = { ...take, id: null };
      this.unsaved = [...this.unsaved.filter((other) => other !== take), waiting];
      const draft = this.drafts.get(take);
      if (draft) this.drafts.set(waiting, draft);
      if (this.open === take) this.open = waiting;
      this.notices.fail(error, this.savingAgain(waiting));
    } finally {
      this.saving--;
    }
    await this.refresh();
    return saved;
  }

  private savingAgain(take: OpenTake): NonNullable<Notice['action']> {
    // The take may have been saved or deleted since the button was shown.
    const run = () => void (this.unsaved.includes(take) && this.save(take));
    return { label: m.studio_save_again, run };
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
      await this.followOpen();
    } catch (error) {
      this.notices.fail(error);
    }
  }

  /** The open take may have been renamed or deleted, also by another tab. */
  private async followOpen(): Promise<void> {
    const { open } = this;
    if (!open?.id || this.saving > 0) return;
    const row = this.takes.find(({ id }) => id === open.id);
    if (row) {
      if (row.name !== open.name) this.open = { ...open, name: row.name };
      return;
    }
    const isHere = (await idsIn('takes')).has(open.id);
    if (isHere || this.open !== open) return;
    if (wasDeletedHere(open.id)) return this.show(null);
    // What does not verify must not be stored, and so sealed, again.
    const waiting: OpenTake = {
      ...open,
      id: null,
      isIntact: true,
      output: open.isIntact ? open.output : null,
    };
    this.unsaved = [...this.unsaved, waiting];
    this.show(waiting);
    this.notices.warn(() => m.studio_deleted_elsewhere({ name: open.name }), {
      action: this.savingAgain(waiting),
    });
  }

  private async warnOfDamage(): Promise<void> {
    const count = await countDamagedTakes().catch(() => 0);
    if (count > 0) this.notices.warn(() => m.studio_damaged({ count }));
  }

  private show(take: OpenTake | null): void {
    this.open = take;
    this.onOpen(take);
  }
}

function deletedMeanwhile(name: string, cause: unknown): StoreError {
  return new StoreError('missing', m.studio_deleted_meanwhile({ name }), { cause });
}
