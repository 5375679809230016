import { EngineError } from '../engine/errors';
import { Frontend } from '../engine/analysis/frontend';
import { StreamingNetwork, type NetworkFile, type NetworkSet } from '../engine/backends/network';
import type { NetworkRole } from '../files/manifest';
import type { VoiceCatalogue } from '../files/voice-catalogue';
import { ANALYSIS_RATE_HZ } from '../dsp/signal';
import { CODE_SIZE } from '../engine/shapes';
import type { Voice, VoiceDraft } from '../engine/voice';
import { ConsentError, parseSealed, requirePermission, type SealedRecord } from '../provenance';
import { sha256Of } from '../files/hash';
import { cleanRecording } from './cleaning/clean';
import { COLOUR_SECONDS, findColour } from './colour';
import { contentCodes, cutsOf, encodeVoice } from './encode';
import { readLeaveSentence } from './permission/permission-sentence';
import { progressReporter } from './progress';
import { Restorer } from './restorer';
import { blendRecord, blendVoices } from './shape';
import { SpeakerEncoder } from './speaker-encoder';
import { cosine, meanEmbedding, SAME_READER_COSINE } from './speakers';
import {
  areWordsHeard,
  chanceOfWords,
  parseWordExamples,
  type WordExamples,
} from './permission/spoken-words';
import type { BlendInput, CleanedRecording, EnrolmentApi, Progress, Spoken, TrainingInput } from './types';

/** Where networks, voices and revocations come from: src/store in the app. */
export interface EnrolmentLibrary {
  load(baseUrl: string): Promise<{
    networks: Record<NetworkRole, NetworkFile>;
    /** See `parseWordExamples`. */
    wordExamples: ArrayBuffer;
    voices: VoiceCatalogue;
  }>;
  revoked(): Promise<ReadonlySet<string>>;
}

/** With the converter's own: a voice is coloured by hearing itself converted. */
export type EnrolmentNetworks = NetworkSet<NetworkRole>;

export type NetworkOpener = (files: Record<NetworkRole, NetworkFile>) => Promise<EnrolmentNetworks>;

/** What it costs to convert a second of speech for the colour, in seconds of it encoded. */
const COLOURING_WORK = 2;

interface Opened {
  networks: EnrolmentNetworks;
  encoder: SpeakerEncoder;
  restorer: Restorer;
  examples: WordExamples;
  voices: VoiceCatalogue;
}

/** What the worker exposes: cleaning recordings and making voices of them, by jobs that can be cancelled. */
export class EnrolmentJobs implements EnrolmentApi {
  private opening: Promise<Opened> | undefined;
  private readonly jobs = new Map<string, AbortController>();
  /** What was read aloud since the start, by its hash: a record alone could say anything. */
  private readonly heard = new Map<string, Spoken>();

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
      return cleanRecording(samples, sampleRateHz, encoder, { signal, onProgress });
    });
  }

  hear(jobId: string, samples: Float32Array, sampleRateHz: number, sentence: string): Promise<Spoken> {
    return this.job(jobId, async ({ networks, encoder, examples }, signal) => {
      const leave = readLeaveSentence(sentence);
      const words = leave && examples.get(leave.language);
      if (!words) {
        throw new ConsentError(
          'consent-invalid',
          'This is not a sentence that the app gave to read. Nothing was changed. Take other words, and read those.',
        );
      }
      const sha256 = await sha256Of(Float32Array.from(samples).buffer);
      const cleaned = await cleanRecording(samples, sampleRateHz, encoder, { signal });
      const { pieces } = cleaned;
      const voiced = pieces.filter((piece) => piece.embedding.length > 0);
      if (voiced.length === 0) {
        throw new EngineError(
          'input-empty',
          'Too little speech was heard to tell whose voice it is. Nothing was changed. Read the whole sentence aloud, close to the microphone.',
        );
      }
      const codes = await contentCodes(new Frontend().push(cleaned.samples).logMel, networks);
      const chance = chanceOfWords(codes, leave.words, words);
      const spoken = { sha256, sentence, chance, embedding: meanEmbedding(voiced) };
      this.heard.set(sha256, spoken);
      return spoken;
    });
  }

  /** Rejects with a ConsentError before any work where the record does not hold. */
  train(
    jobId: string,
    { about, consent, recordings }: TrainingInput,
    onProgress: (progress: Progress) => void,
  ): Promise<VoiceDraft> {
    return this.job(jobId, async ({ networks, encoder, restorer }, signal) => {
      const revoked = await this.library.revoked();
      const sealed = requirePermission(consent, 'convert', { revoked });
      this.requireSpoken(sealed);
      const cuts = cutsOf(recordings);
      const seconds = cuts.reduce((sum, cut) => sum + cut.length, 0) / ANALYSIS_RATE_HZ;
      const share = seconds / (seconds + COLOURING_WORK * Math.min(seconds, COLOUR_SECONDS));
      const report = progressReporter(onProgress);
      const vectors = await encodeVoice(cuts, {
        networks,
        speaker: encoder,
        restorer,
        signal,
        onProgress: (fraction) => report(share * fraction),
      });
      const { middle } = encoder;
      this.requireSpoken(
        sealed,
        vectors.embedding.map((value, i) => value - middle[i]!),
      );
      const plain = { ...vectors, id: about.id, name: about.name };
      const colour = await findColour(
        cuts,
        { ...plain, permission: { sealed, revoked } },
        {
          networks,
          signal,
          onProgress: (fraction) => report(share + (1 - share) * fraction),
        },
      );
      return { about, voice: { ...plain, colour }, sealed };
    });
  }

  /** Rejects with a ConsentError where one of the voices may not be blended. */
  async blend({ about, maker, parts, controls }: BlendInput): Promise<VoiceDraft> {
    const catalogue = (await this.ready()).voices;
    const voices: { voice: Voice; weight: number }[] = [];
    for (const { voiceId, weight } of parts) voices.push({ voice: await catalogue.read(voiceId), weight });
    for (const { voice } of voices) requirePermission(voice.permission.sealed, 'blend', voice.permission);
    const today = new Date().toISOString().slice(0, 10);
    const parents = voices.map(({ voice }) => parseSealed(voice.permission.sealed));
    const sealed = blendRecord(parents, { name: maker, voiceName: about.name, today });
    return { about, voice: { ...blendVoices(voices, controls), id: about.id, name: about.name }, sealed };
  }

  async cancel(jobId: string): Promise<void> {
    this.jobs.get(jobId)?.abort();
  }

  async ping(): Promise<void> {}

  /** Who lends their own voice has said so here, live, and sounds as the recordings do. */
  private requireSpoken({ record }: SealedRecord, embedding?: Float32Array): void {
    if (record.proof.kind !== 'spoken') return;
    const spoken = this.heard.get(record.proof.sha256);
    if (!spoken || spoken.sentence !== record.proof.sentence) {
      throw new ConsentError(
        'consent-missing',
        'The sentence that gives leave has not been read aloud since this page was opened. The recordings are safe. Read it, then make the voice.',
      );
    }
    if (!areWordsHeard(spoken)) {
      throw new ConsentError(
        'consent-invalid',
        'Other words were heard than those of the sentence that gives leave, so no voice was made. The recordings are safe. Read the sentence once more, clearly and without adding to it.',
      );
    }
    if (embedding && cosine(spoken.embedding, embedding) < SAME_READER_COSINE) {
      throw new ConsentError(
        'consent-invalid',
        'The sentence was read in another voice than that of the recordings, so no voice was made. The recordings are safe. Only the person who is heard in them can lend this voice as their own.',
      );
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
    throw new EngineError(
      'not-loaded',
      'The networks are not loaded yet. Your recordings are unchanged. Wait until they are ready, then try again.',
    );
  }

  private async open(baseUrl: string): Promise<Opened> {
    const { networks: files, wordExamples, voices } = await this.library.load(baseUrl);
    const networks = await this.openNetworks(files);
    const { makeTensor, queue } = networks;
    const streaming = (role: NetworkRole) => new StreamingNetwork(networks[role], makeTensor, queue);
    return {
      networks,
      encoder: new SpeakerEncoder(streaming('speaker'), meanOf(voices.publishedEmbeddings())),
      restorer: new Restorer(streaming('restorer')),
      examples: parseWordExamples(wordExamples),
      voices,
    };
  }
}

/** [128] of vectors of that size. */
function meanOf(vectors: Float32Array[]): Float32Array {
  return Float32Array.from({ length: CODE_SIZE }, (_, i) =>
    vectors.reduce((sum, vector) => sum + vector[i]! / vectors.length, 0),
  );
}
