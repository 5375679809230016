import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import { requireConversion, type Conversion, type SealedRecord } from '../provenance';
import { m } from '../text/messages';
import { revoked } from '../store/voices';
import { number } from '../text/format';
import type { WatermarkPayload } from '../watermark';
import type { CredentialFacts } from './credentials';
import type { DisclaimerLanguage } from './disclaimer';
import type { ExportFormat } from './encode';
import type { MarkedFile } from './marked-file';

export type { ExportFormat } from './encode';

export const MARK_VERSION = 2;
/** Formats that can carry a C2PA manifest; the others have only tags. */
const WITH_CREDENTIALS: readonly ExportFormat[] = ['wav', 'mp3', 'm4a'];
/** Progress once all samples are marked, and once they are encoded. */
const MARKED_PROGRESS = 0.5;
const ENCODED_PROGRESS = 0.95;

/** A conversion with what is said of it in the file. Without a record it is rejected. */
export interface About extends Conversion {
  voiceId: string;
  voiceName: string;
  takeName?: string;
  /** `preview` for the recording inside a voice file. Default `export`. */
  use?: 'export' | 'preview';
  /** Language of the spoken disclaimer at the start; none by default. */
  disclaimer?: DisclaimerLanguage | undefined;
}

export interface ExportOptions {
  /** Called with the share of the work that is done, 0..1. */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
  /** Bits a second of a format that loses anything. */
  bitrate?: number | undefined;
}

/** Whether files of this format can carry a signed C2PA manifest. */
export function mayHaveCredentials(format: ExportFormat): boolean {
  return WITH_CREDENTIALS.includes(format);
}

export interface ExportedTake {
  blob: MarkedFile;
  fileName: string;
  /** Payload of the mark in the file. */
  payload: WatermarkPayload;
  /** Whether the file has a signed C2PA manifest. */
  hasCredentials: boolean;
}

/** An export that failed; `message` is for the user. */
export class ExportError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ExportError';
  }
}

/** What marks, encodes and signs is fetched with the first export. */
async function tools() {
  try {
    const [marking, ids, encoding, signing, speaking] = await Promise.all([
      import('../watermark'),
      import('./mark-id'),
      import('./encode'),
      import('./credentials'),
      import('./disclaimer'),
    ]);
    return { ...marking, ...ids, ...encoding, ...signing, ...speaking };
  } catch (cause) {
    throw new ExportError(m.export_unfetched(), { cause });
  }
}

/** Fetches what `exportTake` needs, for where nothing may be fetched later. Rejects with ExportError. */
export async function prepareExport(): Promise<void> {
  await tools();
}

/** All files of `exportTake`. */
const exported = new WeakSet<MarkedFile>();

// eslint-disable-next-line understudy/marked-by-cast -- only exported files are in the set
export function isMarked(file: Blob): file is MarkedFile {
  return (exported as WeakSet<Blob>).has(file);
}

/** The formats that this browser can write, WAV first. */
export async function supportedFormats(): Promise<ExportFormat[]> {
  const { canEncode, EXPORT_FORMATS } = await import('./encode');
  const isSupported = await Promise.all(EXPORT_FORMATS.map((format) => canEncode(format, SYNTHESIS_RATE_HZ)));
  return EXPORT_FORMATS.filter((_, i) => isSupported[i]);
}

/**
 * The only way from samples to a file: checks the permission, prepends the disclaimer if there is one, marks all samples,
 * limits the peak to 0.98, encodes, signs.
 *
 * `samples`: mono at 24 kHz. Rejects with ExportError, with a ConsentError where the record of the conversion or of its voice does
 * not permit the use, or with the signal's AbortError.
 */
export async function exportTake(
  samples: Float32Array,
  sampleRateHz: number,
  format: ExportFormat,
  about: About,
  { onProgress = () => undefined, signal, bitrate }: ExportOptions = {},
): Promise<ExportedTake> {
  if (sampleRateHz !== SYNTHESIS_RATE_HZ) {
    throw new ExportError(m.export_rate({ rate: number(SYNTHESIS_RATE_HZ), found: number(sampleRateHz) }));
  }
  const sealed = requireConversion(about, about.use ?? 'export', { revoked: await revoked() });
  const { addCredentials, bindingOf, encode, extensionOf, markId24, markSamples, withDisclaimer } =
    await tools();
  const payload = { version: MARK_VERSION, id24: markId24(about.voiceId, sealed) };
  const facts = factsOf(about, payload, sealed);
  try {
    const spoken = about.disclaimer ? await withDisclaimer(samples, about.disclaimer) : samples;
    const marked = await markSamples(spoken, payload, {
      onProgress: (done) => onProgress(MARKED_PROGRESS * done),
      signal,
    });
    const encoded = await encode(marked.limitPeak(), sampleRateHz, format, {
      tags: tagsOf(facts, bindingOf(payload)),
      onProgress: (done) => onProgress(MARKED_PROGRESS + (ENCODED_PROGRESS - MARKED_PROGRESS) * done),
      signal,
      bitrate,
    });
    // Offline the toolkit may be unavailable. Without credentials the file is still valid and marked.
    const signed = mayHaveCredentials(format)
      ? await addCredentials(encoded, facts).catch((cause: unknown) => void console.warn(cause))
      : undefined;
    const blob = signed ?? encoded;
    signal?.throwIfAborted();
    exported.add(blob);
    onProgress(1);
    return {
      blob,
      fileName: `${fileNameOf(about)}.${extensionOf(format)}`,
      payload,
      hasCredentials: signed !== undefined,
    };
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ExportError(m.export_failed({ format: format.toUpperCase() }), { cause });
  }
}

function factsOf(about: About, payload: WatermarkPayload, sealed: SealedRecord): CredentialFacts {
  const { voiceName, takeName, disclaimer } = about;
  const consentFingerprint = `sha256:${sealed.sha256}`;
  return { title: takeName ?? voiceName, voiceName, payload, consentFingerprint, disclaimer };
}

/** Metadata tags, which all formats can carry. */
function tagsOf({ title, voiceName, consentFingerprint }: CredentialFacts, binding: string) {
  const sentences = [
    m.export_tag({ voice: voiceName, mark: binding }),
    // eslint-disable-next-line understudy/no-literal-text -- named as in IPTC's standard, for programs
    'Digital source type: compositeWithTrainedAlgorithmicMedia.',
    ...(consentFingerprint ? [m.export_tag_consent({ fingerprint: consentFingerprint })] : []),
  ];
  return { title, artist: m.export_artist({ voice: voiceName }), comment: sentences.join(' ') };
}

/** Letters and digits of any script, hyphens for the rest. */
/** Without its extension. */
function fileNameOf({ takeName, voiceName }: About): string {
  const safe = (text: string) =>
    text
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60);
  const parts = [safe(takeName ?? ''), safe(voiceName)].filter(Boolean);
  return parts.join('--') || 'understudy';
}
