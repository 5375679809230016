import { concat } from '../dsp/arrays';
import { chunksOf, readSamples } from './chunks';
import { database, inTransaction, newSamplesId } from './db';
import { isInMemory } from './memory/open';
import { isDraftRow, type DraftRow } from './rows';
import { draftSeal } from './seal/take-seal';

/** Samples that wait for the next write: what a killed tab loses, beside what the browser is writing. */
const WRITE_SECONDS = 0.3;
/** Without Web Locks, a draft that was not written to for so long belongs to no open tab. */
const ABANDONED_MS = 10_000;

type Track = 'source' | 'output';

export interface NewDraft {
  name: string;
  /** Of what is recorded. */
  sampleRateHz: number;
  /** The unfinished voice that is recorded for; default: a take. */
  enrolmentId?: string;
  /** What the row of a live take will say about its conversion. */
  output?: NonNullable<DraftRow['output']>['about'];
}

/**
 * A recording that is written to the store while it is made, in parts of 0.3 s, under the samples ids that its take will name.
 *
 * A Web Lock held until it ends tells other tabs that it is not abandoned. Writing runs beside the recording: nothing here is awaited
 * by whoever appends, and no more than the part that waits is held in memory.
 */
export class Draft {
  private readonly lock: Promise<() => void>;
  private readonly pending: Record<Track, Float32Array[]> = { source: [], output: [] };
  private readonly chunks: Record<Track, number> = { source: 0, output: 0 };
  private current: DraftRow;
  private writing: Promise<void> | undefined;
  private isStored = false;
  private hasFailed = false;

  /**
   * `onFailure` is called once, with the seconds that are stored, when the store refuses a part: nothing more is written, and what was written before
   * is kept until the draft is discarded.
   */
  constructor(
    { name, sampleRateHz, enrolmentId, output }: NewDraft,
    private readonly onFailure: (storedSeconds: number) => void,
  ) {
    const now = Date.now();
    const track = (rateHz: number) => ({ samplesId: newSamplesId(), sampleRateHz: rateHz, samples: 0 });
    this.current = {
      id: crypto.randomUUID(),
      name,
      createdAt: now,
      updatedAt: now,
      enrolmentId: enrolmentId ?? null,
      source: track(sampleRateHz),
      output: output ? { ...track(output.sampleRateHz), about: output, seal: '' } : null,
    };
    this.lock = holdLock(lockOf(this.current.id));
  }

  /** What is stored. */
  get row(): DraftRow {
    return this.current;
  }

  /** Takes copies of the samples. */
  append(source: Float32Array, output?: Float32Array): void {
    if (this.hasFailed) return;
    this.pending.source.push(source.slice());
    if (output) this.pending.output.push(output.slice());
    if (this.isPartReady) this.writing ??= this.writeParts();
  }

  /** Writes what waits. Resolves with the whole recording as it is stored; null where the store refused a part of it. */
  async end(): Promise<DraftRow | null> {
    await this.writing;
    if (!this.hasFailed && (this.pending.source.length > 0 || this.pending.output.length > 0))
      await this.attempt();
    return this.hasFailed ? null : this.current;
  }

  /** Ends it without deleting anything: from now on it counts as abandoned, unless a take has its samples. */
  async release(): Promise<void> {
    (await this.lock)();
  }

  /** Deletes it. */
  async discard(): Promise<void> {
    this.hasFailed = true;
    await this.writing;
    await deleteDraft(this.current);
    await this.release();
  }

  private get isPartReady(): boolean {
    const { source, output } = this.current;
    const seconds = (parts: Float32Array[], rateHz: number) =>
      parts.reduce((sum, part) => sum + part.length, 0) / rateHz;
    return (
      seconds(this.pending.source, source.sampleRateHz) >= WRITE_SECONDS ||
      (output !== null && seconds(this.pending.output, output.sampleRateHz) >= WRITE_SECONDS)
    );
  }

  private async writeParts(): Promise<void> {
    while (!this.hasFailed && this.isPartReady) await this.attempt();
    this.writing = undefined;
  }

  private async attempt(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      if (this.hasFailed) return;
      this.hasFailed = true;
      console.error(error);
      this.onFailure(secondsIn(this.current));
    }
  }

  /** Samples and row in one transaction, so that the row says what is stored whenever the tab ends. */
  private async write(): Promise<void> {
    await this.lock;
    const db = await database();
    const parts = {
      source: concat(this.pending.source.splice(0)),
      output: concat(this.pending.output.splice(0)),
    };
    const { source, output } = this.current;
    const row: DraftRow = {
      ...this.current,
      updatedAt: Date.now(),
      source: { ...source, samples: source.samples + parts.source.length },
      output: output && {
        ...output,
        samples: output.samples + parts.output.length,
        seal: await draftSeal(
          db,
          { draftId: this.current.id, ...output },
          parts.output.length > 0 ? [parts.output.buffer] : [],
          output.seal || undefined,
        ),
      },
    };
    await inTransaction(db, ['chunks', 'drafts'], async (transaction) => {
      const drafts = transaction.objectStore('drafts');
      if (this.isStored && (await drafts.getKey(row.id)) === undefined)
        throw new Error('Another tab has deleted the draft or made it a take.');
      for (const track of ['source', 'output'] as const) {
        const samplesId = row[track]?.samplesId;
        if (!samplesId || parts[track].length === 0) continue;
        const key: [string, number] = [samplesId, this.chunks[track]++];
        await transaction.objectStore('chunks').put(parts[track].buffer, key);
      }
      await drafts.put(row);
    });
    this.isStored = true;
    this.current = row;
  }
}

export function secondsIn({ source }: DraftRow): number {
  return source.samples / source.sampleRateHz;
}

/** Drafts that no open tab records, of takes or for unfinished voices, oldest first. */
export async function abandonedDrafts(kind: 'takes' | 'enrolments'): Promise<DraftRow[]> {
  const rows: unknown[] = await (await database()).getAll('drafts');
  const found: DraftRow[] = [];
  for (const row of rows.filter(isDraftRow)) {
    if ((row.enrolmentId === null) === (kind === 'takes') && (await isAbandoned(row))) found.push(row);
  }
  return found.sort((a, b) => a.createdAt - b.createdAt);
}

/** Runs `task` unless another tab records or adopts the draft, which it may not do meanwhile. */
export async function adopt<T>(row: DraftRow, task: () => Promise<T>): Promise<T | undefined> {
  // Another tab may have adopted it before.
  const adoptIt = async () =>
    (await (await database()).getKey('drafts', row.id)) === undefined ? undefined : task();
  const locks = lockManager();
  if (!locks) return adoptIt();
  return locks.request(lockOf(row.id), { ifAvailable: true }, async (lock) => (lock ? adoptIt() : undefined));
}

/** The samples of a draft's recording. Rejects with `damaged`. */
export async function readDraft({ source, name }: DraftRow): Promise<Float32Array<ArrayBuffer>> {
  return readSamples(await database(), source.samplesId, source.samples, name);
}

/** Deletes a draft and its samples, unless another tab has made it a take, which has them then. */
export async function deleteDraft({ id, source, output }: DraftRow): Promise<void> {
  await inTransaction(await database(), ['chunks', 'drafts'], async (transaction) => {
    if ((await transaction.objectStore('drafts').getKey(id)) === undefined) return;
    const chunks = transaction.objectStore('chunks');
    await chunks.delete(chunksOf(source.samplesId));
    if (output) await chunks.delete(chunksOf(output.samplesId));
    await transaction.objectStore('drafts').delete(id);
  });
}

async function isAbandoned({ id, updatedAt }: DraftRow): Promise<boolean> {
  const locks = lockManager();
  if (!locks) return Date.now() - updatedAt > ABANDONED_MS;
  const { held = [] } = await locks.query();
  return !held.some(({ name }) => name === lockOf(id));
}

/** Undefined where the browser has no locks, or refuses them together with storage: then no other tab sees what this one stores. */
function lockManager(): LockManager | undefined {
  return isInMemory() ? undefined : (navigator as { locks?: LockManager }).locks;
}

function lockOf(id: string): string {
  return `understudy-draft-${id}`;
}

/** Resolves, once the lock is held, with what releases it. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve) => {
    const none = () => resolve(() => undefined);
    const held = lockManager()?.request(name, () => new Promise<void>((release) => resolve(release)));
    if (held) held.catch(none);
    else none();
  });
}
