import { m } from '../text/messages';
import { EngineError } from '../engine/errors';
import { Frontend } from '../engine/analysis/frontend';
import {
  StreamingNetwork,
  type EarRole,
  type NetworkFile,
  type NetworkSet,
} from '../engine/backends/network';
import type { NetworkRole } from '../files/manifest';
import type { VoiceCatalogue } from '../files/voice-catalogue';
import { ANALYSIS_RATE_HZ } from '../dsp/signal';
import { CODE_SIZE } from '../engine/shapes';
import type { Voice, VoiceDraft } from '../engine/voice';
import {
  ConsentError,
  parseSealed,
  requireGrounds,
  requirePermission,
  today,
  type SealedRecord,
} from '../provenance';
import { sha256Of } from '../files/hash';
import { dataHashes } from '../files/voice-data';
import { cleanRecording } from './cleaning/clean';
import { COLOUR_SECONDS, estimateColour } from './colour';
import { contentCodes, encodeVoice, pieceSamples } from './encode';
import { parsePermissionSentence } from './permission/permission-sentence';
import { refuseMarked, SENTENCE_P_VALUE } from './marked-input';
import { progressReporter } from './progress';
import { Restorer } from './restorer';
import { blendRecord, blendVoices } from './shape';
import { SpeakerEncoder } from './speaker-encoder';
import { cosine, meanEmbedding, SAME_READER_COSINE } from './speakers';
import {
  areWordsRecognised,
  chanceOfWords,
  parseWordExamples,
  type WordExamples,
} from './permission/spoken-words';
import type {
  BlendInput,
  CleanedRecording,
  EnrolmentApi,
  Progress,
  SpokenSentence,
  TrainingInput,
} from './types';

type Role = Exclude<NetworkRole, EarRole>;

/** Source of the networks, voices and revocations. src/store implements it in the app. */
export interface EnrolmentLibrary {
  load(baseUrl: string): Promise<{
    networks: Record<Role, NetworkFile>;
    /** See `parseWordExamples`. */
    wordExamples: ArrayBuffer;
    voices: VoiceCatalogue;
  }>;
  revoked(): Promise<ReadonlySet<string>>;
}

/** Includes the networks of a conversion, because the colour of a voice is estimated by converting to it. */
export type EnrolmentNetworks = NetworkSet<Role>;

export type NetworkOpener = (files: Record<Role, NetworkFile>) => Promise<EnrolmentNetworks>;

/** Computing time of the colour per second of speech, relative to that of encoding. */
const COLOUR_COST = 2;

/** Share of cleaning a recording that looking for the mark takes, for the progress. */
const DETECTION_SHARE = 0.3;

interface Opened {
  networks: EnrolmentNetworks;
  encoder: SpeakerEncoder;
  restorer: Restorer;
  examples: WordExamples;
  voices: VoiceCatalogue;
}

/** The class that src/workers/enrolment.ts exposes: cleans recordings and makes voices from them, in jobs that can be cancelled. */
export class EnrolmentJobs implements EnrolmentApi {
  private opening: Promise<Opened> | undefined;
  private readonly jobs = new Map<string, AbortController>();
  /** Permission sentences analysed in this session, by the hash of their samples. A record alone proves no reading. */
  private readonly spokenSentences = new Map<string, SpokenSentence>();

  constructor(
    private readonly library: EnrolmentLibrary,
    private readonly openNetworks: NetworkOpener,
  ) {}

  async load(baseUrl: string): Promise<void> {
    this.opening ??= this.open(baseUrl).catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    await this.opening;
  }

  clean(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    onProgress: (progress: Progress) => void,
  ): Promise<CleanedRecording> {
    return this.job(jobId, async ({ encoder }, signal) => {
      const report = progressReporter(onProgress);
      await refuseMarked(samples, sampleRateHz, {
        signal,
        onProgress: (fraction) => report(DETECTION_SHARE * fraction),
      });
      return cleanRecording(samples, sampleRateHz, encoder, {
        signal,
        onProgress: ({ fraction }) => report(DETECTION_SHARE + (1 - DETECTION_SHARE) * fraction),
      });
    });
  }

  analyseSentence(
    jobId: string,
    samples: Float32Array,
    sampleRateHz: number,
    sentence: string,
  ): Promise<SpokenSentence> {
    return this.job(jobId, async ({ networks, encoder, examples }, signal) => {
      const parsed = parsePermissionSentence(sentence);
      const wordExamples = parsed && examples.get(parsed.language);
      if (!wordExamples) throw new ConsentError('consent-invalid', m.enrol_unknown_sentence());
      const sha256 = await sha256Of(Float32Array.from(samples).buffer);
      await refuseMarked(samples, sampleRateHz, { signal, mostDoubtful: SENTENCE_P_VALUE });
      const cleaned = await cleanRecording(samples, sampleRateHz, encoder, { signal });
      const { pieces } = cleaned;
      const embedded = pieces.filter((piece) => piece.embedding.length > 0);
      if (embedded.length === 0) throw new EngineError('input-empty', m.enrol_too_little_speech());
      const codes = await contentCodes(new Frontend().push(cleaned.samples).logMel, networks);
      const chance = chanceOfWords(codes, parsed.words, wordExamples);
      const spoken = { sha256, sentence, chance, embedding: meanEmbedding(embedded) };
      this.spokenSentences.set(sha256, spoken);
      return spoken;
    });
  }

  /** Rejects with a ConsentError, before any computing, if the record is not valid. */
  train(
    jobId: string,
    { about, consent, recordings }: TrainingInput,
    onProgress: (progress: Progress) => void,
  ): Promise<VoiceDraft> {
    return this.job(jobId, async ({ networks, encoder, restorer }, signal) => {
      const revoked = await this.library.revoked();
      const sealed = requirePermission(consent, 'convert', { revoked, data: [] });
      requireGrounds(sealed.record);
      this.requireSpokenSentence(sealed);
      const pieces = pieceSamples(recordings);
      const seconds = pieces.reduce((sum, piece) => sum + piece.length, 0) / ANALYSIS_RATE_HZ;
      const share = seconds / (seconds + COLOUR_COST * Math.min(seconds, COLOUR_SECONDS));
      const report = progressReporter(onProgress);
      const vectors = await encodeVoice(pieces, {
        networks,
        speaker: encoder,
        restorer,
        signal,
        onProgress: (fraction) => report(share * fraction),
      });
      const { meanVoice } = encoder;
      this.requireSpokenSentence(
        sealed,
        vectors.embedding.map((value, i) => value - meanVoice[i]!),
      );
      const withoutColour = { ...vectors, id: about.id, name: about.name };
      const colour = await estimateColour(
        pieces,
        { ...withoutColour, permission: { sealed, revoked, data: await dataHashes(withoutColour) } },
        {
          networks,
          signal,
          onProgress: (fraction) => report(share + (1 - share) * fraction),
        },
      );
      return { about, voice: { ...withoutColour, colour }, sealed };
    });
  }

  /** Rejects with a ConsentError if the record of one of the voices does not allow blending. */
  async blend({ about, maker, parts, controls }: BlendInput): Promise<VoiceDraft> {
    const catalogue = (await this.ready()).voices;
    const voices: { voice: Voice; weight: number }[] = [];
    for (const { voiceId, weight } of parts) voices.push({ voice: await catalogue.read(voiceId), weight });
    for (const { voice } of voices) requirePermission(voice.permission.sealed, 'blend', voice.permission);
    const parents = voices.map(({ voice }) => parseSealed(voice.permission.sealed));
    const sealed = blendRecord(parents, { name: maker, voiceName: about.name, today: today() });
    return { about, voice: { ...blendVoices(voices, controls), id: about.id, name: about.name }, sealed };
  }

  async cancel(jobId: string): Promise<void> {
    this.jobs.get(jobId)?.abort();
  }

  async ping(): Promise<void> {}

  /**
   * Throws a ConsentError if the record's proof is a spoken sentence, unless that sentence was analysed in this session, its
   * words were recognised, and its speaker is that of `embedding` [128], the centred embedding of the recordings.
   */
  private requireSpokenSentence({ record }: SealedRecord, embedding?: Float32Array): void {
    if (record.proof.kind !== 'spoken') return;
    const spoken = this.spokenSentences.get(record.proof.sha256);
    if (!spoken || spoken.sentence !== record.proof.sentence) {
      throw new ConsentError('consent-missing', m.enrol_not_read());
    }
    if (!areWordsRecognised(spoken)) {
      throw new ConsentError('consent-invalid', m.enrol_other_words());
    }
    if (embedding && cosine(spoken.embedding, embedding) < SAME_READER_COSINE) {
      throw new ConsentError('consent-invalid', m.enrol_other_voice());
    }
  }

  private async job<T>(jobId: string, task: (opened: Opened, signal: AbortSignal) => Promise<T>): Promise<T> {
    const opening = this.ready();
    const controller = new AbortController();
    this.jobs.set(jobId, controller);
    try {
      return await task(await opening, controller.signal);
    } finally {
      this.jobs.delete(jobId);
    }
  }

  private ready(): Promise<Opened> {
    if (this.opening) return this.opening;
    throw new EngineError('not-loaded', m.enrol_not_loaded());
  }

  private async open(baseUrl: string): Promise<Opened> {
    const { networks: files, wordExamples, voices } = await this.library.load(baseUrl);
    const networks = await this.openNetworks(files);
    const { makeTensor, queue } = networks;
    const streaming = (role: Role) => new StreamingNetwork(networks[role], makeTensor, queue);
    return {
      networks,
      encoder: new SpeakerEncoder(streaming('speaker'), meanVector(voices.publishedEmbeddings())),
      restorer: new Restorer(streaming('restorer')),
      examples: parseWordExamples(wordExamples),
      voices,
    };
  }
}

/** Mean [128] of vectors [128]. */
function meanVector(vectors: Float32Array[]): Float32Array {
  return Float32Array.from({ length: CODE_SIZE }, (_, i) =>
    vectors.reduce((sum, vector) => sum + vector[i]! / vectors.length, 0),
  );
}
