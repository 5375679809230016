import * as v from 'valibot';
import { canonicalBytes, parseSealed, sign, verify, type Canonical, type SigningKey } from '../provenance';
import { describeCause, EngineError } from '../engine/errors';
import { m } from '../text/messages';
import { dataSize } from '../text/format';
import { hexOf, sha256Of } from './hash';
import type { VoiceAbout, VoiceDraft } from '../engine/voice';
import { dataHashes } from './voice-data';
import { parseVoice } from './voice-read';
import { formatVoice } from './voice-write';
import { readZip, type ZipEntry } from './zip';

export const MAX_VOICE_FILE_BYTES = 8 * 1024 * 1024;
const VERSION = 1;
const [MANIFEST, SIGNATURE, VOICE, CONSENT, PREVIEW] = [
  'manifest.json',
  'signature',
  'voice.voice',
  'consent.json',
  'preview.wav',
] as const;
/** A zip entry needs a time; the real one is `createdAt` in the signed manifest. */
const ZIP_TIME = new Date(1980, 0, 2);
const LIMITS = { entries: 5, entryBytes: 4 * 1024 * 1024 };

const partSchema = v.strictObject({
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
const text = (low: number, high: number) => v.pipe(v.string(), v.minLength(low), v.maxLength(high));

const manifestSchema = v.strictObject({
  format: v.literal('understudy-voice'),
  version: v.literal(VERSION),
  id: v.pipe(v.string(), v.regex(/^own-[A-Za-z0-9_-]{1,60}$/)),
  name: text(1, 200),
  language: v.pipe(v.string(), v.regex(/^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$/)),
  description: text(0, 500),
  /** Milliseconds since 1970. */
  createdAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Public key of the signer, hex. */
  signer: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  parts: v.strictObject({
    [VOICE]: partSchema,
    [CONSENT]: partSchema,
    [PREVIEW]: v.optional(partSchema),
  }),
});

type Manifest = v.InferOutput<typeof manifestSchema> & VoiceAbout;

export interface VoiceFile extends VoiceDraft {
  /** Public key of the signer, hex. */
  signer: string;
  /** A short watermarked recording, as WAV. */
  preview: ArrayBuffer | null;
  /** See `dataHashes`. */
  data: string[];
}

export interface VoiceParts extends VoiceDraft {
  preview: Uint8Array<ArrayBuffer> | null;
}

/** Formats an `.understudy` file: a zip of the voice, its consent record, a preview, and a signed manifest with their hashes. */
export async function writeVoiceFile(parts: VoiceParts, key: SigningKey): Promise<Uint8Array<ArrayBuffer>> {
  const { id, name } = parts.about;
  const files: Record<string, Uint8Array<ArrayBuffer>> = {
    [VOICE]: formatVoice({ ...parts.voice, id, name }),
    [CONSENT]: canonicalBytes(parts.sealed as unknown as Canonical),
    ...(parts.preview && { [PREVIEW]: parts.preview }),
  };
  const listed: [string, Canonical][] = [];
  for (const [file, bytes] of Object.entries(files))
    listed.push([file, { bytes: bytes.length, sha256: await sha256Of(bytes) }]);
  const manifest = canonicalBytes({
    ...parts.about,
    format: 'understudy-voice',
    version: VERSION,
    signer: hexOf(key.publicKey),
    parts: Object.fromEntries(listed),
  });
  const all = { [MANIFEST]: manifest, [SIGNATURE]: await sign(manifest, key), ...files };
  const { zipSync } = await import('fflate');
  return zipSync(all, { level: 0, mtime: ZIP_TIME });
}

/**
 * Reads an `.understudy` file. The signature and the hashes are verified before any part is parsed.
 *
 * Rejects with `voice-too-large`, `voice-corrupt`, `voice-altered`, `voice-newer`, or a ConsentError if the record is
 * missing, invalid or altered. Whether the record allows a use is checked at that use.
 */
export async function readVoiceFile(file: Blob): Promise<VoiceFile> {
  if (file.size > MAX_VOICE_FILE_BYTES) {
    const size = dataSize(MAX_VOICE_FILE_BYTES);
    throw new EngineError('voice-too-large', m.files_voice_too_large({ size }));
  }
  const entries = await readZip(file, LIMITS).catch((cause: unknown) => {
    throw corrupt(describeCause(cause), cause);
  });
  const manifestBytes = await bytesOf(entries, MANIFEST);
  const manifest = parseVoiceManifest(manifestBytes);
  const signature = await bytesOf(entries, SIGNATURE);
  if (!(await verify(manifestBytes, signature, fromHex(manifest.signer)))) throw altered(m.files_signature());
  const known = new Set<string>([MANIFEST, SIGNATURE, ...Object.keys(manifest.parts)]);
  for (const name of entries.keys())
    if (!known.has(name)) throw altered(m.files_part_unlisted({ part: name }));
  const part = async (name: string, { bytes, sha256 }: { bytes: number; sha256: string }) => {
    const content = await bytesOf(entries, name);
    if (content.length !== bytes || (await sha256Of(content)) !== sha256)
      throw altered(m.files_part_replaced({ part: name }));
    return content;
  };
  const sealed = parseSealed(parseJson(await part(CONSENT, manifest.parts[CONSENT])));
  const voice = parseVoice((await part(VOICE, manifest.parts[VOICE])).buffer);
  const preview = manifest.parts[PREVIEW] ? await part(PREVIEW, manifest.parts[PREVIEW]) : null;
  const { id, name, language, description, createdAt, signer } = manifest;
  if (voice.id !== id) throw altered(m.files_ids());
  return {
    about: { id, name, language, description, createdAt },
    signer,
    sealed,
    voice,
    preview: preview && preview.buffer,
    data: await dataHashes(voice),
  };
}

function parseVoiceManifest(bytes: Uint8Array): Manifest {
  const raw = parseJson(bytes);
  const { format, version } = (raw ?? {}) as Record<string, unknown>;
  if (format === 'understudy-voice' && typeof version === 'number' && version > VERSION)
    throw new EngineError('voice-newer', m.files_voice_newer());
  const parsed = v.safeParse(manifestSchema, raw, { abortEarly: true });
  if (!parsed.success)
    throw corrupt(m.files_list_at({ where: v.getDotPath(parsed.issues[0]) ?? m.files_top() }));
  return parsed.output;
}

async function bytesOf(entries: Map<string, ZipEntry>, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const entry = entries.get(name);
  if (!entry) throw corrupt(m.files_part_missing({ part: name }));
  return new Uint8Array(await entry.read());
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw corrupt(m.files_not_json(), cause);
  }
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function corrupt(why: string, cause?: unknown): EngineError {
  return new EngineError('voice-corrupt', m.files_voice_corrupt({ why }), { cause });
}

function altered(why: string): EngineError {
  return new EngineError('voice-altered', m.files_voice_altered({ why }));
}
