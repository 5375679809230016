import { EngineError } from '../engine/errors';
import { isOwnVoice } from '../engine/voice';
import type { Piece } from '../enrol/piece';
import { readVoiceFile, type VoiceFile } from '../files/voice-file';
import {
  ConsentError,
  asConversion,
  isRevoked,
  parseSealed,
  requireConversion,
  requirePermission,
  type SealedRecord,
  type VoiceHere,
} from '../provenance';
import { idsIn } from '../store/additions';
import { listEnrolments } from '../store/enrolments';
import type { EnrolmentRow, RecordingRow, Revocation, TakeSummary } from '../store/rows';
import { firstSigner } from '../store/signers';
import { listTakes, loadTake } from '../store/takes';
import { listVoices, revoked } from '../store/voices';
import { m } from '../text/messages';
import type { ArchivedEnrolment, ArchivedTake, Part } from './format';
import type { Archive } from './read';
import type { LeftOut } from './write';

export interface PlannedVoice extends Pick<VoiceFile, 'about' | 'signer' | 'sealed'> {
  part: Part;
}

type RecordingSummary = Pick<RecordingRow, 'name' | 'sha256' | 'seconds'> & {
  pieces: Pick<Piece, 'startSeconds' | 'endSeconds' | 'choice'>[];
};

export interface PlannedTake {
  /** A new id where a different take on this device has the id in the archive. */
  id: string;
  take: ArchivedTake;
  /** The record that permits its conversion; null where it is imported unconverted. */
  consent: SealedRecord | null;
  /** Whether the voice that its conversion names is neither the user's own nor known, so that its record cannot be compared. */
  isVoiceUnknown: boolean;
}

export interface PlannedEnrolment {
  /** As for takes. */
  id: string;
  enrolment: ArchivedEnrolment;
  consent: SealedRecord | null;
}

export interface PlanOptions {
  /** As in `WriteOptions`. */
  voiceOf: (voiceId: string) => Promise<VoiceHere | null>;
  signal?: AbortSignal;
}

/** What importing an archive would add to this device. Existing data is not changed or replaced. */
export interface Plan {
  archive: Archive;
  voices: PlannedVoice[];
  takes: PlannedTake[];
  enrolments: PlannedEnrolment[];
  /** New ones only. */
  revocations: Revocation[];
  /** Number of items that exist identically on this device and are skipped. */
  same: number;
  refused: LeftOut[];
}

/**
 * Validates the voices of an archive and compares its contents with this device; stores nothing.
 *
 * A voice is checked like a single voice file: hashes, signature and the permission to import it. The output of a take needs
 * the permission to export it, under a record of the voice that it names. Revocations of either device count. Rejects with
 * `archive-corrupt`, with the signal's AbortError, or as `voiceOf`.
 */
export async function planArchive(archive: Archive, { voiceOf, signal }: PlanOptions): Promise<Plan> {
  const { manifest } = archive;
  const known = await revoked();
  const allRevoked = new Set([...known, ...manifest.revocations.map(({ sha256 }) => sha256)]);
  const plan: Plan = {
    archive,
    voices: [],
    takes: [],
    enrolments: [],
    revocations: manifest.revocations.filter(
      ({ sha256 }, i, all) => !known.has(sha256) && all.findIndex((each) => each.sha256 === sha256) === i,
    ),
    same: 0,
    refused: [],
  };
  const arriving = await planVoices(plan, allRevoked, signal);
  const findVoice = async (id: string) => (await voiceOf(id)) ?? arriving.get(id) ?? null;
  await planTakes(plan, allRevoked, findVoice, signal);
  await planEnrolments(plan);
  return plan;
}

/** Names of the voices on this device that a plan's revocations would disable. */
export function silenced(plan: Plan, here: (VoiceHere & { name: string })[]): string[] {
  const newlyRevoked = new Set(plan.revocations.map(({ sha256 }) => sha256));
  return here
    .filter(({ consent, data }) => consent && isRevoked(consent, newlyRevoked, data))
    .map(({ name }) => name);
}

/** Resolves with the voices of the archive by id, whether or not they are imported. */
async function planVoices(
  plan: Plan,
  allRevoked: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, VoiceHere>> {
  const arriving = new Map<string, VoiceHere>();
  const existing = new Map((await listVoices()).voices.map((row) => [row.id, row]));
  const used = new Set(await idsIn('voices'));
  for (const part of plan.archive.manifest.voices) {
    signal?.throwIfAborted();
    const bytes = await plan.archive.read(part);
    let name = part.name;
    try {
      const { about, signer, sealed, data } = await readVoiceFile(new Blob([bytes]));
      const { id } = about;
      name = about.name;
      arriving.set(id, { consent: sealed, data });
      requirePermission(sealed, 'import', { revoked: allRevoked, data });
      const other = existing.get(id);
      const first = await firstSigner(id);
      if (other?.sha256 === part.sha256) plan.same++;
      else if (used.has(id)) plan.refused.push({ name, why: otherVoice(other?.name ?? name) });
      else if (first !== undefined && first !== signer)
        plan.refused.push({ name, why: otherSigner(first, signer) });
      else plan.voices.push({ part, about, signer, sealed });
      used.add(id);
    } catch (error) {
      if (!(error instanceof ConsentError || error instanceof EngineError)) throw error;
      plan.refused.push({ name, why: error.message });
    }
  }
  return arriving;
}

function otherVoice(name: string): string {
  return m.archive_other_voice({ name });
}

function otherSigner(first: string, signer: string): string {
  return m.archive_other_signer({ first: first.slice(0, 16), signer: signer.slice(0, 16) });
}

async function planTakes(
  plan: Plan,
  allRevoked: ReadonlySet<string>,
  findVoice: PlanOptions['voiceOf'],
  signal?: AbortSignal,
): Promise<void> {
  const existing = new Map((await listTakes()).map((take) => [take.id, take]));
  const used = await idsIn('takes');
  for (const take of plan.archive.manifest.takes) {
    signal?.throwIfAborted();
    const voice = take.output && (await findVoice(take.output.voiceId));
    const consent = permissionFor(plan, take, voice, allRevoked);
    const isVoiceUnknown = consent !== null && !voice && !isOwnVoice(take.output!.voiceId);
    const other = existing.get(take.id);
    if (other && (await isSame(plan.archive, take, consent !== null, other))) plan.same++;
    else {
      const id = used.has(take.id) ? crypto.randomUUID() : take.id;
      plan.takes.push({ id, take, consent, isVoiceUnknown });
    }
  }
}

function permissionFor(
  plan: Plan,
  { name, output }: ArchivedTake,
  voice: VoiceHere | null,
  revoked: ReadonlySet<string>,
) {
  if (!output) return null;
  try {
    return requireConversion(asConversion(output, voice), 'export', { revoked });
  } catch (error) {
    if (!(error instanceof ConsentError)) throw error;
    plan.refused.push({ name: m.archive_as({ name, voice: output.voiceName }), why: error.message });
    return null;
  }
}

/**
 * Whether two takes of the same id are equal: the same source samples and, if the archived one may be imported converted, the
 * same conversion. Names and output samples may differ: the stored take can be renamed, and its output is not marked yet.
 */
async function isSame(archive: Archive, take: ArchivedTake, converted: boolean, existing: TakeSummary) {
  const isSameConversion = !converted || conversionOf(take.output) === conversionOf(existing.output);
  if (!isSameConversion || take.createdAt !== existing.createdAt) return false;
  const stored = await loadTake(existing.id).catch(() => null);
  if (!stored || stored.source.sampleRateHz !== take.source.sampleRateHz) return false;
  const { samples } = stored.source;
  const archived = new Uint8Array(await archive.read(take.samples));
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return archived.length === bytes.length && archived.every((byte, i) => byte === bytes[i]);
}

function conversionOf(output: Omit<NonNullable<TakeSummary['output']>, 'consent'> | null): string {
  if (!output) return '';
  const { voiceId, backend, rtf, ear, sampleRateHz, controls } = output;
  const { pitchShiftSt, autoPitch, formantRatio, intonation, unvoicedLevelDb, sound = 'room' } = controls;
  return [
    ...[voiceId, backend, rtf, ear, sampleRateHz],
    ...[pitchShiftSt, autoPitch, formantRatio, intonation, unvoicedLevelDb, sound],
  ].join();
}

async function planEnrolments(plan: Plan): Promise<void> {
  const existing = new Map((await listEnrolments()).map((row) => [row.id, row]));
  const used = await idsIn('enrolments');
  for (const enrolment of plan.archive.manifest.enrolments) {
    const other = existing.get(enrolment.id);
    const consent = recordOf(enrolment);
    if (other && contentOf(other, other.consent) === contentOf(enrolment, consent)) plan.same++;
    else
      plan.enrolments.push({
        id: used.has(enrolment.id) ? crypto.randomUUID() : enrolment.id,
        enrolment,
        consent,
      });
  }
}

function contentOf(
  row: Pick<EnrolmentRow, 'createdAt' | 'about' | 'step'> & { recordings: RecordingSummary[] },
  consent: SealedRecord | null,
) {
  const { createdAt, about, step, recordings } = row;
  const summaries = recordings.map(({ name, sha256, seconds, pieces }) => [
    ...[name, sha256, seconds],
    pieces.map(({ startSeconds, endSeconds, choice }) => [startSeconds, endSeconds, choice]),
  ]);
  const { name, language, description } = about;
  return JSON.stringify([createdAt, name, language, description, step, consent?.sha256, summaries]);
}

/** The consent record; null where it is invalid: the app asks for one again before the voice is made. */
function recordOf({ consent }: ArchivedEnrolment): SealedRecord | null {
  try {
    return parseSealed(consent);
  } catch {
    return null;
  }
}
