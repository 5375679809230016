import { EngineError } from '../engine/errors';
import type { OwnVoice, VoiceSummary } from '../engine/types';
import { isOwnVoice, type Voice, type VoiceData, type VoiceDraft } from '../engine/voice';
import type { VoiceSource } from '../engine/voice-source';
import { m } from '../text/messages';
import { isRevoked, parseSealed, plainText, type Permission, type SealedRecord } from '../provenance';
import type { PublishedFiles } from './published';
import { dataHashes } from './voice-data';
import { readVoiceFile } from './voice-file';
import { parseVoice } from './voice-read';

/** Voices made or imported by the user. src/store implements it in the app. */
export interface OwnVoices {
  list(): Promise<OwnVoice[]>;
  /** The `.understudy` file of a voice; undefined if there is none. */
  read(id: string): Promise<Blob | undefined>;
  has(id: string): Promise<boolean>;
  /** Fingerprints of the consent records revoked on this device. */
  revoked(): Promise<ReadonlySet<string>>;
  /** See VoiceSource. */
  onChange(handler: () => void): () => void;
}

/** What is read from the file of a published voice. */
type PublishedFacts = Pick<VoiceSummary, 'data' | 'hasRecordedSound'>;

/** Resolves an id to a voice: published, opened for this session, or stored on this device. */
export class VoiceCatalogue implements VoiceSource {
  /** Voices opened for this session that are not stored. */
  private readonly sessionVoices = new Map<string, VoiceDraft>();
  private readonly facts = new Map<string, Promise<PublishedFacts>>();

  /** `baseUrl`: absolute URL of the published files. */
  constructor(
    private readonly baseUrl: string,
    private readonly published: PublishedFiles,
    private readonly own: OwnVoices,
  ) {}

  async list(): Promise<VoiceSummary[]> {
    const own = await this.own.list();
    // Stored in the meantime: from now on it is there as long as it is stored.
    for (const { id } of own) this.sessionVoices.delete(id);
    const revoked = await this.own.revoked();
    const published = this.published.voices.map((voice) => this.summaryOf(voice, revoked));
    return [...(await Promise.all(published)), ...own.map(ownSummary)];
  }

  async read(id: string): Promise<Voice> {
    const revoked = await this.own.revoked();
    const entry = this.published.voices.find((voice) => voice.id === id);
    if (entry) {
      const { data } = await this.publishedFacts(entry);
      const permission = { sealed: entry.consent, revoked, data };
      return { ...parseVoice(entry.content), permission };
    }
    const opened = this.sessionVoices.get(id);
    if (opened) {
      const permission = { sealed: opened.sealed, revoked, data: await dataHashes(opened.voice) };
      return { ...opened.voice, permission };
    }
    const file = await this.own.read(id);
    if (!file) throw new EngineError('no-voice', m.files_no_voice({ id }));
    const { voice, sealed, data } = await readVoiceFile(file);
    return { ...voice, permission: { sealed, revoked, data } };
  }

  async permissionOf({ id, name, permission }: Voice): Promise<Permission> {
    const revoked = await this.own.revoked();
    const isHere = !isOwnVoice(id) || this.sessionVoices.has(id) || (await this.own.has(id));
    if (!isHere) throw new EngineError('no-voice', m.files_voice_deleted({ name: plainText(name) }));
    return { ...permission, revoked };
  }

  onChange(handler: () => void): () => void {
    return this.own.onChange(handler);
  }

  async openFile(bytes: ArrayBuffer): Promise<VoiceSummary> {
    return this.openDraft(await readVoiceFile(new Blob([bytes])));
  }

  async openDraft({ about, voice, sealed }: VoiceDraft): Promise<VoiceSummary> {
    this.sessionVoices.set(about.id, { about, voice, sealed });
    const { id, language } = about;
    const [name, description] = [plainText(about.name), plainText(about.description, '')];
    const data = await dataHashes(voice);
    return ownSummary({ id, name, language, description, consent: sealed, data, isRevoked: false });
  }

  /** The embedding [128] of each published voice. */
  publishedEmbeddings(): Float32Array[] {
    return this.published.voices.map(({ content }) => parseVoice(content).embedding);
  }

  /** A published voice stays the same until the page is closed. */
  private publishedFacts({ id, content }: PublishedFiles['voices'][number]): Promise<PublishedFacts> {
    const known = this.facts.get(id) ?? factsOf(parseVoice(content));
    this.facts.set(id, known);
    return known;
  }

  private async summaryOf(
    voice: PublishedFiles['voices'][number],
    revoked: ReadonlySet<string>,
  ): Promise<VoiceSummary> {
    const { id, name, language, description, licence, origin, preview } = voice;
    const consent = parseSealedOrNull(voice.consent);
    const { data, hasRecordedSound } = await this.publishedFacts(voice);
    return {
      id,
      name,
      language,
      description,
      licence,
      origin,
      preview: preview && new URL(preview, `${this.baseUrl.replace(/\/$/, '')}/`).href,
      isOwn: false,
      consent,
      data,
      isRevoked: consent !== null && isRevoked(consent, revoked, data),
      hasRecordedSound,
    };
  }
}

function ownSummary(voice: OwnVoice): VoiceSummary {
  return { ...voice, licence: '', origin: '', preview: '', isOwn: true, hasRecordedSound: false };
}

async function factsOf(voice: VoiceData): Promise<PublishedFacts> {
  return { data: await dataHashes(voice), hasRecordedSound: voice.recorded !== undefined };
}

function parseSealedOrNull(consent: unknown): SealedRecord | null {
  try {
    return parseSealed(consent);
  } catch {
    // `requirePermission` throws the error when the voice is used.
    return null;
  }
}
