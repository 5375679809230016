import * as v from 'valibot';
import { describeCause, EngineError } from '../engine/errors';
import { ANALYSIS_RATE_HZ, SYNTHESIS_HOP, SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { m } from '../text/messages';

const MAX_FILE_BYTES = 256 * 1024 * 1024;

const count = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
/** A path relative to the manifest, without scheme, parent folders or hidden files. */
const path = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/),
);

const common = {
  file: path,
  bytes: count(1, MAX_FILE_BYTES),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  licence: v.string(),
  origin: v.string(),
};

/** Roles of the networks that are fetched after the first conversion, see src/store/ear.ts. An app works without them. */
export const EAR_ROLES = ['ear', 'earJoin', 'denoiser'] as const;

const networkSchema = v.object({
  ...common,
  kind: v.literal('network'),
  role: v.picklist(['content', 'speaker', 'restorer', 'generator', ...EAR_ROLES]),
  lookAheadFrames: count(0, 1000),
  stateShapes: v.pipe(
    v.array(v.pipe(v.array(count(1, 65536)), v.minLength(1), v.maxLength(6))),
    v.maxLength(256),
  ),
});

const voiceSchema = v.object({
  ...common,
  kind: v.literal('voice'),
  // Ids that start with `own-` are those of voices made on a device.
  id: v.pipe(v.string(), v.regex(/^(?!own-)[A-Za-z0-9_-]{1,64}$/)),
  name: v.string(),
  language: v.string(),
  description: v.string(),
  /** '' before `npm run previews` has made it. */
  preview: v.optional(v.union([v.literal(''), path]), ''),
  /** A sealed record, validated at every use of the voice. */
  consent: v.optional(v.unknown()),
});

/** Examples of the words of permission sentences, see src/enrol/permission/spoken-words.ts. */
const wordsSchema = v.object({ ...common, kind: v.literal('words') });

const manifestSchema = v.object({
  version: v.literal(2),
  sampleRateHz: v.literal(SYNTHESIS_RATE_HZ),
  analysisRateHz: v.literal(ANALYSIS_RATE_HZ),
  hopSamples: v.literal(SYNTHESIS_HOP),
  files: v.pipe(v.array(v.variant('kind', [networkSchema, voiceSchema, wordsSchema])), v.maxLength(1000)),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type NetworkRole = v.InferOutput<typeof networkSchema>['role'];
export type PublishedFile = Manifest['files'][number];
export type PublishedNetwork = v.InferOutput<typeof networkSchema>;
export type PublishedVoice = v.InferOutput<typeof voiceSchema>;

/** Validates models/published/manifest.json. Throws `manifest-corrupt`. */
export function parsePublishedManifest(raw: unknown): Manifest {
  const parsed = v.safeParse(manifestSchema, raw);
  if (!parsed.success) {
    throw manifestCorrupt(m.files_manifest_at({ where: v.getDotPath(parsed.issues[0]) ?? m.files_top() }));
  }
  for (const role of ['content', 'generator'] as const) {
    if (!findNetwork(parsed.output, role)) throw manifestCorrupt(m.files_manifest_lacks({ role }));
  }
  return parsed.output;
}

export function findNetwork(
  manifest: Manifest,
  role: PublishedNetwork['role'],
): PublishedNetwork | undefined {
  return manifest.files.find(
    (file): file is PublishedNetwork => file.kind === 'network' && file.role === role,
  );
}

/** The files of the ear; undefined unless all of its networks are published. */
export function earFilesOf(manifest: Manifest): PublishedNetwork[] | undefined {
  const files = EAR_ROLES.flatMap((role) => findNetwork(manifest, role) ?? []);
  return files.length === EAR_ROLES.length ? files : undefined;
}

/** What a first visit downloads: everything but the ear. */
export function firstFilesOf(manifest: Manifest): PublishedFile[] {
  return manifest.files.filter(
    (file) => file.kind !== 'network' || !EAR_ROLES.some((role) => role === file.role),
  );
}

export function findWords(manifest: Manifest): PublishedFile | undefined {
  return manifest.files.find((file) => file.kind === 'words');
}

export function listVoices(manifest: Manifest): PublishedVoice[] {
  return manifest.files.filter((file) => file.kind === 'voice');
}

export function manifestCorrupt(why: unknown): EngineError {
  return new EngineError('manifest-corrupt', m.files_manifest({ why: describeCause(why) }));
}
