import { EngineError } from '../engine/errors';
import type { Piece } from '../enrol/piece';
import { readVoiceFile, type VoiceFile } from '../files/voice-file';
import { ConsentError, parseSealed, requirePermission, type SealedRecord } from '../provenance';
import { idsIn } from '../store/additions';
import { listEnrolments } from '../store/enrolments';
import type { EnrolmentRow, RecordingRow, Revocation, TakeSummary } from '../store/rows';
import { listTakes, loadTake } from '../store/takes';
import { listVoices, revoked } from '../store/voices';
import type { ArchivedEnrolment, ArchivedTake, Part } from './format';
import type { Archive } from './read';
import type { LeftOut } from './write';

export interface PlannedVoice extends Pick<VoiceFile, 'about' | 'signer' | 'sealed'> {
  part: Part;
}

type Heard = Pick<RecordingRow, 'name' | 'sha256' | 'seconds'> & {
  pieces: Pick<Piece, 'startSeconds' | 'endSeconds' | 'choice'>[];
};

/** `id` is another than in the archive where something else goes by that here. */
export interface PlannedTake {
  id: string;
  take: ArchivedTake;
  /** By whose leave it was converted; null where it comes unconverted. */
  consent: SealedRecord | null;
}

export interface PlannedEnrolment {
  id: string;
  enrolment: ArchivedEnrolment;
  consent: SealedRecord | null;
}

/** What would become of an archive here. Nothing that is here is changed: what comes, comes beside it. */
export interface Plan {
  archive: Archive;
  voices: PlannedVoice[];
  takes: PlannedTake[];
  enrolments: PlannedEnrolment[];
  /** Those that are not known here yet. */
  revocations: Revocation[];
  /** Here already, the same. */
  same: number;
  refused: LeftOut[];
}

/**
 * Reads the voices of an archive, and compares all of it with what is kept here; stores nothing.
 *
 * A voice is judged as one that comes in a file of its own: by its hashes, its signature, and the leave to be stored
 * here. What a take was converted to needs the leave to leave its device, today and here. Records that were taken
 * back on either device count for both. Rejects with `archive-corrupt` or with the signal's AbortError.
 */
export async function planArchive(archive: Archive, signal?: AbortSignal): Promise<Plan> {
  const { manifest } = archive;
  const known = await revoked();
  const taken = new Set([...known, ...manifest.revocations.map(({ sha256 }) => sha256)]);
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
  await planVoices(plan, taken, signal);
  await planTakes(plan, taken, signal);
  await planEnrolments(plan);
  return plan;
}

/** Names of the voices that a plan's revocations would take from this device. */
export function silenced(plan: Plan, here: { name: string; consent: SealedRecord | null }[]): string[] {
  const taken = new Set(plan.revocations.map(({ sha256 }) => sha256));
  const isTaken = ({ record, sha256 }: SealedRecord): boolean =>
    taken.has(sha256) || record.parents.some(isTaken);
  return here.filter(({ consent }) => consent && isTaken(consent)).map(({ name }) => name);
}

async function planVoices(plan: Plan, taken: ReadonlySet<string>, signal?: AbortSignal): Promise<void> {
  const here = new Map((await listVoices()).voices.map((row) => [row.id, row]));
  const used = new Set(await idsIn('voices'));
  for (const part of plan.archive.manifest.voices) {
    signal?.throwIfAborted();
    const bytes = await plan.archive.read(part);
    let name = part.name;
    try {
      const { about, signer, sealed } = await readVoiceFile(new Blob([bytes]));
      const { id } = about;
      name = about.name;
      requirePermission(sealed, 'import', { revoked: taken });
      const other = here.get(id);
      if (other?.sha256 === part.sha256) plan.same++;
      else if (used.has(id)) plan.refused.push({ name, why: otherVoice(other?.name ?? name) });
      else plan.voices.push({ part, about, signer, sealed });
      used.add(id);
    } catch (error) {
      if (!(error instanceof ConsentError || error instanceof EngineError)) throw error;
      plan.refused.push({ name, why: error.message });
    }
  }
}

function otherVoice(name: string): string {
  return `Another voice of the same origin, "${name}", is here already and stays as it is. To put this one in its place, open its own voice file.`;
}

async function planTakes(plan: Plan, taken: ReadonlySet<string>, signal?: AbortSignal): Promise<void> {
  const here = new Map((await listTakes()).map((take) => [take.id, take]));
  const used = await idsIn('takes');
  for (const take of plan.archive.manifest.takes) {
    signal?.throwIfAborted();
    const consent = leaveOf(plan, take, taken);
    const other = here.get(take.id);
    if (other && (await isSame(plan.archive, take, consent !== null, other))) plan.same++;
    else plan.takes.push({ id: used.has(take.id) ? crypto.randomUUID() : take.id, take, consent });
  }
}

function leaveOf(plan: Plan, { name, output }: ArchivedTake, revoked: ReadonlySet<string>) {
  if (!output) return null;
  try {
    return requirePermission(output.consent, 'export', { revoked });
  } catch (error) {
    if (!(error instanceof ConsentError)) throw error;
    plan.refused.push({ name: `${name}, as ${output.voiceName}`, why: error.message });
    return null;
  }
}

/**
 * Whether a take of the same id is the same: made of the same samples, and by the same conversion if it comes with
 * one. Marks and names may differ: the one that is here can be unmarked yet, and renamed.
 */
async function isSame(archive: Archive, take: ArchivedTake, converted: boolean, here: TakeSummary) {
  const isSameConversion = !converted || conversionOf(take.output) === conversionOf(here.output);
  if (!isSameConversion || take.createdAt !== here.createdAt) return false;
  const kept = await loadTake(here.id).catch(() => null);
  if (!kept || kept.source.sampleRateHz !== take.source.sampleRateHz) return false;
  const { samples } = kept.source;
  const came = new Uint8Array(await archive.read(take.samples));
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return came.length === bytes.length && came.every((byte, i) => byte === bytes[i]);
}

function conversionOf(output: Omit<NonNullable<TakeSummary['output']>, 'consent'> | null): string {
  if (!output) return '';
  const { voiceId, backend, rtf, sampleRateHz, controls } = output;
  const { pitchShiftSt, autoPitch, formantRatio, intonation, unvoicedLevelDb } = controls;
  return [
    ...[voiceId, backend, rtf, sampleRateHz],
    ...[pitchShiftSt, autoPitch, formantRatio, intonation, unvoicedLevelDb],
  ].join();
}

async function planEnrolments(plan: Plan): Promise<void> {
  const here = new Map((await listEnrolments()).map((row) => [row.id, row]));
  const used = await idsIn('enrolments');
  for (const enrolment of plan.archive.manifest.enrolments) {
    const other = here.get(enrolment.id);
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
  row: Pick<EnrolmentRow, 'createdAt' | 'about' | 'step'> & { recordings: Heard[] },
  consent: SealedRecord | null,
) {
  const { createdAt, about, step, recordings } = row;
  const heard = recordings.map(({ name, sha256, seconds, pieces }) => [
    ...[name, sha256, seconds],
    pieces.map(({ startSeconds, endSeconds, choice }) => [startSeconds, endSeconds, choice]),
  ]);
  const { name, language, description } = about;
  return JSON.stringify([createdAt, name, language, description, step, consent?.sha256, heard]);
}

/** A record that does not hold is left away: it is asked for again before the voice is made. */
function recordOf({ consent }: ArchivedEnrolment): SealedRecord | null {
  try {
    return parseSealed(consent);
  } catch {
    return null;
  }
}
