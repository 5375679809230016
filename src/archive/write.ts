import { sha256Of } from '../files/hash';
import { ZipWriter } from '../files/zip-write';
import { exportTake, ExportError } from '../export/export';
import type { MarkedFile } from '../export/marked-file';
import { ConsentError, requirePermission, type SealedRecord } from '../provenance';
import { StoreError } from '../store/db';
import { listEnrolments, readRecording } from '../store/enrolments';
import { loadScores } from '../store/quiz';
import type { EnrolmentRow, RecordingRow, TakeSummary } from '../store/rows';
import { loadSettings } from '../store/settings';
import { countDamagedTakes, listTakes, loadTake, type Take } from '../store/takes';
import { listRevocations, listVoices, readVoice, revoked } from '../store/voices';
import { ArchiveError } from './errors';
import {
  EXTENSION,
  FORMAT,
  LIMITS,
  MANIFEST,
  MAX_ARCHIVE_BYTES,
  MAX_MANIFEST_BYTES,
  VERSION,
  type ArchivedEnrolment,
  type ArchivedTake,
  type Manifest,
  type Part,
} from './format';

/** Marking a second of sound takes as long as copying so many. */
const MARKING = 20;
/** The least that is left for the list and the table of contents. */
const ROOM_BYTES = 32 * 1024 * 1024;

declare const marked: unique symbol;
/** Where a marked file lies in the archive. */
type MarkedPart = Part & { readonly [marked]: true };
type MarkedOutput = NonNullable<ArchivedTake['output']> & { wav: MarkedPart };

/** Sound as it was recorded: a conversion names its voice, and so is not one. */
interface Recorded {
  samples: Float32Array;
  sampleRateHz: number;
  voiceId?: never;
}

/** Something that could not go along, and why, for the user. */
export interface LeftOut {
  name: string;
  why: string;
}

export interface WriteOptions {
  /** The record of a published voice: takes of before there were records carry none. */
  consentOf: (voiceId: string) => Promise<SealedRecord | null>;
  /** Share of the work that is done, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

export interface WrittenArchive {
  file: Blob;
  fileName: string;
  leftOut: LeftOut[];
}

/**
 * Everything that this device keeps, as one file: a zip of a list, voice files, samples and marked WAVs. Without the
 * networks, which are downloaded, and the key that signs, which cannot leave.
 *
 * Takes are kept here as the converter gave them, unmarked. In the archive what was converted lies only as the WAV
 * that `exportTake` made of it, so it asks for the same leave and carries the same mark as a download does. What
 * may not leave, or cannot be read, is left out and named; a take then goes along unconverted.
 *
 * Rejects with `archive-too-large` above 4 GB, with StoreError `unavailable`, or with the signal's AbortError.
 */
export async function writeArchive(options: WriteOptions): Promise<WrittenArchive> {
  const [{ voices, damaged }, takes, enrolments] = await Promise.all([
    listVoices(),
    listTakes(),
    listEnrolments(),
  ]);
  const settings = loadSettings();
  const writer = new ArchiveWriter(options, takes, enrolments);
  const manifest: Manifest = {
    format: FORMAT,
    version: VERSION,
    createdAt: Date.now(),
    voices: [],
    takes: [],
    enrolments: [],
    revocations: await listRevocations(),
    // Devices have other names elsewhere.
    settings: { ...settings, deviceId: '', live: { ...settings.live, outputId: '' } },
    scores: loadScores(),
  };
  for (const row of voices) {
    await writer.attempt(row.name, async () => {
      requirePermission(row.consent, 'export', { revoked: await revoked() });
      const file = await readVoice(row.id);
      if (file) manifest.voices.push(await writer.add('understudy', await file.arrayBuffer()));
    });
  }
  for (const take of takes)
    await writer.attempt(take.name, async () => manifest.takes.push(await writer.addTake(take)));
  for (const row of enrolments)
    await writer.attempt(row.about.name || 'An unfinished voice', async () =>
      manifest.enrolments.push(await writer.addEnrolment(row)),
    );
  const { leftOut } = writer;
  const hurt = damaged + (await countDamagedTakes());
  if (hurt > 0) leftOut.push({ name: `${hurt} more`, why: 'What this device keeps of them is damaged.' });
  const file = await writer.end(manifest);
  const day = new Date(manifest.createdAt).toISOString().slice(0, 10);
  return { file, fileName: `understudy-${day}.${EXTENSION}`, leftOut };
}

class ArchiveWriter {
  readonly leftOut: LeftOut[] = [];
  private readonly zip = new ZipWriter();
  private readonly total: number;
  private done = 0;

  constructor(
    private readonly options: WriteOptions,
    takes: TakeSummary[],
    enrolments: EnrolmentRow[],
  ) {
    const seconds = [
      ...takes.map(({ source, output }) => source.seconds + MARKING * (output?.seconds ?? 0)),
      ...enrolments.flatMap(({ recordings }) => recordings.map((recording) => recording.seconds)),
    ];
    this.total = seconds.reduce((sum, each) => sum + each, 1);
  }

  /** Runs what may not or cannot go along, and notes that. */
  async attempt(name: string, task: () => Promise<unknown>): Promise<void> {
    this.options.signal?.throwIfAborted();
    try {
      await task();
    } catch (error) {
      const isOnlyThis =
        error instanceof ConsentError ||
        error instanceof ExportError ||
        (error instanceof StoreError && error.code !== 'unavailable');
      if (!isOnlyThis) throw error;
      // What was deleted meanwhile is not missed.
      if (error instanceof StoreError && error.code === 'missing') return;
      this.leftOut.push({ name, why: error.message });
    }
  }

  async add(ending: string, content: ArrayBuffer): Promise<Part> {
    this.options.signal?.throwIfAborted();
    const bytes = content.byteLength;
    if (this.zip.bytes + bytes > MAX_ARCHIVE_BYTES - ROOM_BYTES || this.zip.count + 2 > LIMITS.entries)
      throw tooMuch();
    const part = { name: `parts/${this.zip.count}.${ending}`, bytes, sha256: await sha256Of(content) };
    await this.zip.add(part.name, new Uint8Array(content));
    return part;
  }

  async addTake({ id }: TakeSummary): Promise<ArchivedTake> {
    const take = await loadTake(id);
    const { name, createdAt, source } = take;
    const samples = await this.addRecorded(source);
    const { sampleRateHz } = source;
    const seconds = source.samples.length / sampleRateHz;
    let output: MarkedOutput | null = null;
    await this.attempt(`${name}, as ${take.output?.voiceName}`, async () => {
      output = await this.addOutput(take);
    });
    return { id, name, createdAt, source: { sampleRateHz, seconds }, samples, output };
  }

  async addEnrolment(row: EnrolmentRow): Promise<ArchivedEnrolment> {
    // All are read before the first is written: an archive holds nothing that its list does not name.
    const found = await Promise.all(row.recordings.map(readRecording));
    const recordings: ArchivedEnrolment['recordings'] = [];
    for (const [i, recording] of row.recordings.entries()) {
      const samples = await this.addRecorded({
        samples: found[i]!,
        sampleRateHz: recording.sampleRateHz,
      });
      recordings.push({ ...plainRecording(recording), samples });
    }
    return { ...row, recordings };
  }

  async end(manifest: Manifest): Promise<Blob> {
    const list = new TextEncoder().encode(JSON.stringify(manifest));
    if (list.length > MAX_MANIFEST_BYTES) throw tooMuch();
    await this.zip.add(MANIFEST, list);
    this.options.signal?.throwIfAborted();
    return this.zip.end();
  }

  private async addRecorded({ samples, sampleRateHz }: Recorded): Promise<Part> {
    const part = await this.add('f32', samples.slice().buffer);
    this.advance(samples.length / sampleRateHz);
    return part;
  }

  /** The one place where converted sound goes into an archive: marked, or not at all. */
  private async addOutput({ name, output }: Take): Promise<MarkedOutput | null> {
    if (!output) return null;
    const { samples, ...about } = output;
    const consent = output.consent ?? (await this.options.consentOf(output.voiceId));
    const seconds = samples.length / output.sampleRateHz;
    const { signal } = this.options;
    const before = this.done;
    const { blob } = await exportTake(
      samples,
      output.sampleRateHz,
      'wav',
      { voiceId: output.voiceId, voiceName: output.voiceName, takeName: name, consent },
      {
        onProgress: (fraction) => this.advance(before + fraction * MARKING * seconds - this.done),
        ...(signal && { signal }),
      },
    );
    return { ...about, seconds, consent, wav: await this.addMarked(blob) };
  }

  private async addMarked(file: MarkedFile): Promise<MarkedPart> {
    // eslint-disable-next-line understudy/marked-by-cast -- it is of a marked file
    return (await this.add('wav', await file.arrayBuffer())) as MarkedPart;
  }

  private advance(by: number): void {
    this.done += by;
    this.options.onProgress?.(Math.min(1, this.done / this.total));
  }
}

function tooMuch(): ArchiveError {
  return new ArchiveError(
    'archive-too-large',
    'This device keeps more than the 4 GB that fit into one file. Nothing was written, and everything is safe where it is. Download the takes that matter, delete the longest ones, then save everything again.',
  );
}

/** A recording of an unfinished voice without its samples, as JSON can say it. */
function plainRecording({ samplesId: _samplesId, pieces, ...rest }: RecordingRow) {
  return { ...rest, pieces: pieces.map((piece) => ({ ...piece, embedding: Array.from(piece.embedding) })) };
}
