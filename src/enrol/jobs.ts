import { EngineError } from '../engine/errors';
import { Frontend } from '../engine/analysis/frontend';
import { findNetwork, findWords, listVoices, type Manifest, type NetworkRole } from '../files/manifest';
import { StreamingNetwork, type Networks } from '../engine/backends/network';
import type { NetworkFile } from '../engine/backends/ort';
import { ANALYSIS_RATE_HZ } from '../dsp/signal';
import { CODE_SIZE } from '../engine/shapes';
import { parseVoice, type Voice } from '../engine/voice';
import { readVoiceFile, writeVoiceFile } from '../files/voice-file';
import {
  ConsentError,
  parseSealed,
  requirePermission,
  type SealedRecord,
  type SigningKey,
} from '../provenance';
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

/** Where networks, keys and revocations come from: src/store in the app. */
export interface EnrolmentLibrary {
  load(baseUrl: string): Promise<{ manifest: Manifest; files: Map<string, ArrayBuffer> }>;
  revoked(): Promise<ReadonlySet<string>>;
  signingKey(): Promise<SigningKey>;
  readOwnVoice(id: string): Promise<Blob | undefined>;
}

/** With the converter's own: a voice is coloured by hearing itself converted. */
export interface EnrolmentNetworks extends Networks {
  speaker: Networks['content'];
  restorer: Networks['content'];
}

export type OpenNetworks = (files: Record<NetworkRole, NetworkFile>) => Promise<EnrolmentNetworks>;

/** What it costs to convert a second of speech for the colour, in seconds of it encoded. */
const COLOURING_WORK = 2;

interface Opened {
  networks: EnrolmentNetworks;
  encoder: SpeakerEncoder;
  restorer: Restorer;
  examples: WordExamples;
}

/** What the worker exposes: cleaning recordings and making voices of them, by jobs that can be cancelled. */
export class EnrolmentJobs implements EnrolmentApi {
  private published: ReturnType<EnrolmentLibrary['load']> | undefined;
  private opening: Promise<Opened> | undefined;
  private readonly jobs = new Map<string, AbortController>();
  /** What was read aloud since the start, by its hash: a record alone could say anything. */
  private readonly heard = new Map<string, Spoken>();

  constructor(
    private readonly library: EnrolmentLibrary,
    private readonly openNetworks: OpenNetworks,
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
  ): Promise<Uint8Array<ArrayBuffer>> {
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
      const plain = { ...vectors, id: about.id, name: about.name, leave: { sealed, revoked } };
      const colour = await findColour(cuts, plain, {
        networks,
        signal,
        onProgress: (fraction) => report(share + (1 - share) * fraction),
      });
      const voice = { ...plain, colour };
      return writeVoiceFile({ about, voice, sealed, preview: null }, await this.library.signingKey());
    });
  }

  /** Rejects with a ConsentError where one of the voices may not be blended. */
  async blend({ about, maker, parts, controls }: BlendInput): Promise<Uint8Array<ArrayBuffer>> {
    const revoked = await this.library.revoked();
    const voices: { voice: Voice; weight: number }[] = [];
    for (const { voiceId, weight } of parts)
      voices.push({ voice: await this.voiceOf(voiceId, revoked), weight });
    for (const { voice } of voices) requirePermission(voice.leave.sealed, 'blend', voice.leave);
    const today = new Date().toISOString().slice(0, 10);
    const parents = voices.map(({ voice }) => parseSealed(voice.leave.sealed));
    const sealed = blendRecord(parents, { name: maker, voiceName: about.name, today });
    const voice = { ...blendVoices(voices, controls), id: about.id, name: about.name };
    return writeVoiceFile({ about, voice, sealed, preview: null }, await this.library.signingKey());
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
    if (!this.opening) {
      throw new EngineError(
        'not-loaded',
        'The networks are not loaded yet. Your recordings are unchanged. Wait until they are ready, then try again.',
      );
    }
    const controller = new AbortController();
    this.jobs.set(jobId, controller);
    try {
      return await task(await this.opening, controller.signal);
    } finally {
      this.jobs.delete(jobId);
    }
  }

  private async voiceOf(id: string, revoked: ReadonlySet<string>): Promise<Voice> {
    const published = await this.published;
    const entry = published && listVoices(published.manifest).find((voice) => voice.id === id);
    const bytes = entry && published.files.get(entry.file);
    if (bytes) return parseVoice(bytes, { sealed: entry.consent, revoked });
    const own = await this.library.readOwnVoice(id);
    if (own) return (await readVoiceFile(own, revoked)).voice;
    throw new EngineError(
      'no-voice',
      `There is no voice called "${id}" here. Nothing was changed. Choose another voice.`,
    );
  }

  private async open(baseUrl: string): Promise<Opened> {
    this.published = this.library.load(baseUrl);
    const { manifest, files } = await this.published;
    const missing = (what: string) =>
      new EngineError(
        'network-corrupt',
        `This copy of the app comes without its ${what}, so no voice can be made here. Takes and voices are safe. Reload the page to fetch what is missing.`,
      );
    const fileOf = (role: NetworkRole): NetworkFile => {
      const entry = findNetwork(manifest, role);
      const bytes = entry && files.get(entry.file);
      if (!bytes) throw missing(`${role} network`);
      return { bytes, stateShapes: entry.stateShapes, lookAheadFrames: entry.lookAheadFrames };
    };
    const networks = await this.openNetworks({
      content: fileOf('content'),
      generator: fileOf('generator'),
      speaker: fileOf('speaker'),
      restorer: fileOf('restorer'),
    });
    const { speaker, makeTensor, queue } = networks;
    const restorer = new Restorer(new StreamingNetwork(networks.restorer, makeTensor, queue));
    const encoder = new SpeakerEncoder(
      new StreamingNetwork(speaker, makeTensor, queue),
      middleOf(manifest, files),
    );
    const words = files.get(findWords(manifest)?.file ?? '');
    if (!words) throw missing('examples of words');
    return { networks, encoder, restorer, examples: parseWordExamples(words) };
  }
}

/** Mean embedding of the published voices. */
function middleOf(manifest: Manifest, files: Map<string, ArrayBuffer>): Float32Array {
  const middle = new Float32Array(CODE_SIZE);
  const voices = listVoices(manifest).flatMap((entry) => files.get(entry.file) ?? []);
  for (const bytes of voices) {
    const { embedding } = parseVoice(bytes, { sealed: null, revoked: new Set() });
    embedding.forEach((value, i) => (middle[i]! += value / voices.length));
  }
  return middle;
}
