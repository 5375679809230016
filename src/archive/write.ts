import { sha256Of } from '../files/hash';
import { readVoiceFile } from '../files/voice-file';
import { ZipWriter } from '../files/zip-write';
import { exportTake, ExportError } from '../export/export';
import type { MarkedFile } from '../export/marked-file';
import { ConsentError, asConversion, localDay, requirePermission, type VoiceHere } from '../provenance';
import { StoreError } from '../store/db';
import { listEnrolments, readRecording } from '../store/enrolments';
import { loadScores } from '../store/quiz';
import type { EnrolmentRow, RecordingRow, TakeSummary } from '../store/rows';
import { loadSettings } from '../store/settings';
import { countDamagedTakes, listTakes, loadTake, requireIntact, type Take } from '../store/takes';
import { listRevocations, listVoices, readVoice, revoked } from '../store/voices';
import { m } from '../text/messages';
import { dataSize } from '../text/format';
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

/** Time to mark a second of audio over the time to copy it; weights the progress. */
const MARKING_COST = 20;
/** Space reserved for the manifest and the zip's central directory. */
const RESERVED_BYTES = 32 * 1024 * 1024;

declare const marked: unique symbol;
/** The entry of a marked file in the archive. */
type MarkedPart = Part & { readonly [marked]: true };
type MarkedOutput = NonNullable<ArchivedTake['output']> & { wav: MarkedPart };

/** Audio as it was recorded. A conversion has a voiceId, so it does not satisfy this type. */
interface Recorded {
  samples: Float32Array;
  sampleRateHz: number;
  voiceId?: never;
}

/** An item that was left out, and why, for the user. */
export interface LeftOut {
  name: string;
  why: string;
}

export interface WriteOptions {
  /** The voice of an id, published or on this device; null if there is none. */
  voiceOf: (voiceId: string) => Promise<VoiceHere | null>;
  /** Called with the share of the work that is done, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

export interface WrittenArchive {
  file: Blob;
  fileName: string;
  leftOut: LeftOut[];
}

/**
 * All data of the app on this device as one file: a zip of a manifest, voice files, samples and marked WAVs. Without the
 * networks, which can be downloaded, and the signing key, which cannot be exported.
 *
 * On the device outputs are stored as converted, unmarked. The archive has them only as WAVs by `exportTake`, which need the
 * same permission and carry the same mark as a download. Items without permission, or that cannot be read, are listed in
 * `leftOut`; such a take is archived without its output.
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
    // Audio devices have other ids on another computer.
    settings: { ...settings, deviceId: '', live: { ...settings.live, outputId: '' } },
    scores: loadScores(),
  };
  for (const row of voices) {
    await writer.attempt(row.name, async () => {
      const file = await readVoice(row.id);
      if (!file) return;
      const { sealed, data } = await readVoiceFile(file);
      requirePermission(sealed, 'export', { revoked: await revoked(), data });
      manifest.voices.push(await writer.add('understudy', await file.arrayBuffer()));
    });
  }
  for (const take of takes)
    await writer.attempt(take.name, async () => manifest.takes.push(await writer.addTake(take)));
  for (const row of enrolments)
    await writer.attempt(row.about.name || m.archive_unfinished(), async () =>
      manifest.enrolments.push(await writer.addEnrolment(row)),
    );
  const { leftOut } = writer;
  const damagedRows = damaged + (await countDamagedTakes());
  if (damagedRows > 0)
    leftOut.push({ name: m.archive_more({ count: damagedRows }), why: m.archive_more_why() });
  const file = await writer.end(manifest);
  const day = localDay(new Date(manifest.createdAt));
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
      ...takes.map(({ source, output }) => source.seconds + MARKING_COST * (output?.seconds ?? 0)),
      ...enrolments.flatMap(({ recordings }) => recordings.map((recording) => recording.seconds)),
    ];
    this.total = seconds.reduce((sum, each) => sum + each, 1);
  }

  /** Runs a task; a failure that concerns this item alone is added to `leftOut`. */
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
      // Deleted in the meantime.
      if (error instanceof StoreError && error.code === 'missing') return;
      this.leftOut.push({ name, why: error.message });
    }
  }

  async add(extension: string, content: ArrayBuffer): Promise<Part> {
    this.options.signal?.throwIfAborted();
    const bytes = content.byteLength;
    if (this.zip.bytes + bytes > MAX_ARCHIVE_BYTES - RESERVED_BYTES || this.zip.count + 2 > LIMITS.entries)
      throw tooMuch();
    const part = { name: `parts/${this.zip.count}.${extension}`, bytes, sha256: await sha256Of(content) };
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
    await this.attempt(m.archive_as({ name, voice: take.output?.voiceName ?? '' }), async () => {
      output = await this.addOutput(take);
    });
    return { id, name, createdAt, source: { sampleRateHz, seconds }, samples, output };
  }

  async addEnrolment(row: EnrolmentRow): Promise<ArchivedEnrolment> {
    // All are read before the first is written, so that a failure leaves no entry that the manifest does not name.
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

  /** The only place where converted audio is added to an archive: always marked. */
  private async addOutput(take: Take): Promise<MarkedOutput | null> {
    const { name, output } = take;
    if (!output) return null;
    requireIntact(take);
    const { samples, ...about } = output;
    const conversion = asConversion(output, await this.options.voiceOf(output.voiceId));
    const seconds = samples.length / output.sampleRateHz;
    const { signal } = this.options;
    const before = this.done;
    const { blob } = await exportTake(
      samples,
      output.sampleRateHz,
      'wav',
      { voiceId: output.voiceId, voiceName: output.voiceName, takeName: name, ...conversion },
      {
        onProgress: (fraction) => this.advance(before + fraction * MARKING_COST * seconds - this.done),
        ...(signal && { signal }),
      },
    );
    return { ...about, seconds, consent: conversion.consent, wav: await this.addMarked(blob) };
  }

  private async addMarked(file: MarkedFile): Promise<MarkedPart> {
    // eslint-disable-next-line understudy/marked-by-cast -- the bytes of a marked file
    return (await this.add('wav', await file.arrayBuffer())) as MarkedPart;
  }

  private advance(by: number): void {
    this.done += by;
    this.options.onProgress?.(Math.min(1, this.done / this.total));
  }
}

function tooMuch(): ArchiveError {
  return new ArchiveError('archive-too-large', m.archive_too_much({ size: dataSize(MAX_ARCHIVE_BYTES) }));
}

/** A recording of an unfinished voice without its samples, as JSON. */
function plainRecording({ samplesId: _samplesId, pieces, ...rest }: RecordingRow) {
  return { ...rest, pieces: pieces.map((piece) => ({ ...piece, embedding: Array.from(piece.embedding) })) };
}
