import { StoreError } from '../../store/db';
import type { Held } from '../../store/kept/held';
import { KINDS, type KeptKind } from '../../store/kept/kept';
import { isInMemory } from '../../store/memory/open';
import { storageState, type StorageState } from '../../store/space';
import { askToPersist } from '../../store/takes';
import { describeCause } from '../../engine/errors';
import { m } from '../../text/messages';
import type { AppContext } from '../../services/context';
import { modelsUrl } from '../../services/models-url';
import { isCancelled } from '../../services/messages';

/** What nothing in progress depends on. */
const INDEPENDENT: ReadonlySet<KeptKind> = new Set(['kiosk', 'scores', 'settings']);

/** What this device keeps, its sizes, and how it is deleted. */
export class Kept {
  /** Null where it cannot be read. */
  held = $state.raw<Partial<Record<KeptKind, Held | null>>>({});
  storage = $state.raw<StorageState | null>(null);
  /** What the browser said when it was asked to keep everything. */
  answer = $state<'granted' | 'declined' | null>(null);
  /** What is being deleted. */
  deleting = $state<KeptKind | null>(null);
  /** Whether the browser stores nothing, so that all of it ends with this tab. */
  isInMemory = $state(false);

  constructor(private readonly context: AppContext) {}

  async refresh(): Promise<void> {
    const entries = (Object.keys(KINDS) as KeptKind[]).map(async (kind) => {
      const held = await KINDS[kind].held(modelsUrl()).catch((error: unknown) => {
        console.error(error);
        return null;
      });
      return [kind, held] as const;
    });
    this.held = Object.fromEntries(await Promise.all(entries));
    this.storage = await storageState();
    this.isInMemory = isInMemory();
  }

  /** What is going on in this tab that needs what is of this kind; empty where nothing is. */
  users(kind: KeptKind): string[] {
    if (INDEPENDENT.has(kind)) return [];
    const { work, ear } = this.context;
    const isFetching = kind === 'networks' && ear.stage === 'downloading';
    return [...work.tasks.map(({ label }) => label), ...(isFetching ? [m.studio_ear_downloading()] : [])];
  }

  /** Deletes all of a kind, and says so or what went wrong. Does nothing where something in progress needs it. */
  async remove(kind: KeptKind): Promise<void> {
    if (this.deleting || this.users(kind).length > 0) return;
    const { notices } = this.context;
    this.deleting = kind;
    notices.clear();
    try {
      await KINDS[kind].remove(modelsUrl());
      await this.tell(kind);
      notices.announce(m.help_deleted);
    } catch (error) {
      if (!isCancelled(error)) notices.fail(failure(error));
    }
    this.deleting = null;
    await this.refresh();
  }

  /** Asks the browser not to delete anything by itself. */
  async keepAll(): Promise<void> {
    await askToPersist();
    this.storage = await storageState();
    this.answer = this.storage.persisted ? 'granted' : 'declined';
  }

  /** The parts of the app that hold what was deleted. */
  private async tell(kind: KeptKind): Promise<void> {
    const { converter, ear, preferences } = this.context;
    if (kind === 'settings') preferences.reload();
    if (kind === 'networks') await ear.refresh();
    if (kind === 'voices') await converter.refreshVoices();
  }
}

function failure(cause: unknown): StoreError {
  const code = cause instanceof StoreError ? cause.code : 'unavailable';
  return new StoreError(code, m.help_delete_failed({ cause: describeCause(cause) }), { cause });
}
