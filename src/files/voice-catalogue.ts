import { EngineError } from '../engine/errors';
import type { OwnVoice, VoiceSummary } from '../engine/types';
import type { Voice, VoiceDraft } from '../engine/voice';
import type { VoiceSource } from '../engine/voice-source';
import { parseSealed, type SealedRecord } from '../provenance';
import type { PublishedVoice } from './manifest';
import type { PublishedFiles } from './published';
import { readVoiceFile } from './voice-file';
import { parseVoice } from './voice-read';

/** Voices made or imported by the user. src/store implements it in the app. */
export interface OwnVoices {
  list(): Promise<OwnVoice[]>;
  /** The `.understudy` file of a voice; undefined if there is none. */
  read(id: string): Promise<Blob | undefined>;
  /** Fingerprints of the consent records revoked on this device. */
  revoked(): Promise<ReadonlySet<string>>;
}

/** Resolves an id to a voice: published, opened for this session, or stored on this device. */
export class VoiceCatalogue implements VoiceSource {
  /** Voices opened for this session that are not stored. */
  private readonly sessionVoices = new Map<string, VoiceDraft>();

  /** `baseUrl`: absolute URL of the published files. */
  constructor(
    private readonly baseUrl: string,
    private readonly published: PublishedFiles,
    private readonly own: OwnVoices,
  ) {}

  async list(): Promise<VoiceSummary[]> {
    const own = await this.own.list();
    return [...this.published.voices.map((voice) => this.summaryOf(voice)), ...own.map(ownSummary)];
  }

  async read(id: string): Promise<Voice> {
    const revoked = await this.own.revoked();
    const entry = this.published.voices.find((voice) => voice.id === id);
    if (entry) return { ...parseVoice(entry.content), permission: { sealed: entry.consent, revoked } };
    const opened = this.sessionVoices.get(id);
    if (opened) return { ...opened.voice, permission: { sealed: opened.sealed, revoked } };
    const file = await this.own.read(id);
    if (!file) {
      throw new EngineError(
        'no-voice',
        `There is no voice with the id "${id}". Nothing was changed. Choose another voice.`,
      );
    }
    const { voice, sealed } = await readVoiceFile(file);
    return { ...voice, permission: { sealed, revoked } };
  }

  async openFile(bytes: ArrayBuffer): Promise<VoiceSummary> {
    return this.openDraft(await readVoiceFile(new Blob([bytes])));
  }

  openDraft({ about, voice, sealed }: VoiceDraft): VoiceSummary {
    this.sessionVoices.set(about.id, { about, voice, sealed });
    const { id, name, language, description } = about;
    return ownSummary({ id, name, language, description, consent: sealed });
  }

  /** The embedding [128] of each published voice. */
  publishedEmbeddings(): Float32Array[] {
    return this.published.voices.map(({ content }) => parseVoice(content).embedding);
  }

  private summaryOf(voice: PublishedVoice): VoiceSummary {
    const { id, name, language, description, licence, origin, preview, consent } = voice;
    return {
      id,
      name,
      language,
      description,
      licence,
      origin,
      preview: preview && new URL(preview, `${this.baseUrl.replace(/\/$/, '')}/`).href,
      isOwn: false,
      consent: parseSealedOrNull(consent),
    };
  }
}

function ownSummary(voice: OwnVoice): VoiceSummary {
  return { ...voice, licence: '', origin: '', preview: '', isOwn: true };
}

function parseSealedOrNull(consent: unknown): SealedRecord | null {
  try {
    return parseSealed(consent);
  } catch {
    // `requirePermission` throws the error when the voice is used.
    return null;
  }
}
