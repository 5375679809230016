import { decodeFile } from '../audio/decode';
import { judgeTake } from '../engine/analysis/condition-take';
import {
  DEFAULT_CONTROLS,
  type ConversionControls,
  type EarChoice,
  type EngineStatus,
  type Hearing,
  type VoiceSummary,
} from '../engine/types';
import { exportTake, type ExportFormat } from '../export/export';
import type { Detection } from '../watermark/types';
import { sha256Of } from '../files/hash';
import { markOtherSpeakers } from '../enrol/speakers';
import { isKept, summarise, type PieceSummary } from '../enrol/summary';
import { ConsentError, parseRecord, requireGrounds, seal } from '../provenance';
import { detect } from '../services/detection-client';
import { sendResult } from './send-result';
import type { LiveHarness } from './live-harness';
import { ConversionClient, type LoadOptions } from '../services/conversion-client.svelte';
import { EnrolmentClient } from '../services/enrolment-client';
import { conditionWarnings } from '../services/condition-texts';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { finishVoice, newAbout } from '../services/voice-maker';
import { prefetchEar } from '../store/ear';

interface ConvertJob {
  /** Address and name of the file to convert. */
  input: string;
  name: string;
  /** Address to PUT the result to. */
  output: string;
  voice: string;
  controls?: Partial<ConversionControls>;
  /** Default `auto`. */
  ear?: EarChoice;
  format?: ExportFormat;
  /** Bits a second of a format that loses anything. */
  bitrate?: number;
}

interface EnrolJob {
  inputs: { input: string; name: string }[];
  /** Address to PUT the voice file to. */
  output: string;
  name: string;
  language?: string;
  /** The consent record as written by hand, unsealed; the hashes of the recordings are added to it. */
  consent: unknown;
}

interface Enrolled extends PieceSummary {
  id: string;
  seconds: number;
  cleanSeconds: number;
  trainSeconds: number;
}

interface Converted {
  seconds: number;
  rtf: number;
  backend: string;
  ear: Hearing;
  isDenoised: boolean;
  warnings: string[];
}

/** Interface for scripts to the built app: the same decoder, converter, mark and encoder as in the pages. */
export interface Harness {
  load(options: LoadOptions): Promise<EngineStatus>;
  /** Downloads the ear, which `convert` uses with `ear: 'auto'`. */
  prefetchEar(): Promise<void>;
  convert(job: ConvertJob): Promise<Converted>;
  /** Loads a voice file until the page is closed; resolves with the id of the voice. */
  openVoiceFile(input: string): Promise<string>;
  enrol(job: EnrolJob): Promise<Enrolled>;
  /** `warnings`: of the decoder. */
  detect(job: { input: string; name: string }): Promise<Detection & { warnings: string[] }>;
  /** Live sessions and simulated faults. */
  live(): Promise<LiveHarness>;
}

declare global {
  interface Window {
    understudy?: Harness;
  }
}

/** Sets `window.understudy`; only called with `?harness` in the address. */
export function installHarness(scope: Scope): void {
  let converter: ConversionClient | undefined;
  let liveHarness: LiveHarness | undefined;
  const baseUrl = modelsUrl();
  const enrolment = new EnrolmentClient(scope, baseUrl);
  const openedVoices = new Map<string, VoiceSummary>();
  const neverAborted = new AbortController().signal;

  async function read(input: string, name: string): Promise<Blob> {
    const response = await fetch(input);
    if (!response.ok) throw new Error(`${name} could not be fetched (${response.status}).`);
    return response.blob();
  }

  const open = async (input: string, name: string) => decodeFile(await read(input, name), name);

  async function collect({ input, name }: { input: string; name: string }) {
    const file = await read(input, name);
    const { samples, sampleRateHz, seconds } = await decodeFile(file, name);
    const cleaned = await enrolment.clean(samples, sampleRateHz, {
      signal: neverAborted,
      onProgress: () => undefined,
    });
    return { ...cleaned, seconds, sha256: await sha256Of(await file.arrayBuffer()) };
  }

  window.understudy = {
    load(options) {
      converter ??= new ConversionClient(scope, baseUrl, options);
      return converter.load();
    },

    prefetchEar: () => prefetchEar({ baseUrl }),

    async convert({ input, name, output, voice, controls, ear = 'auto', format = 'wav', bitrate }) {
      const status = await converter!.load();
      const { samples, sampleRateHz, ...decoded } = await open(input, name);
      const heard = conditionWarnings(await judgeTake(samples, sampleRateHz));
      const warnings = [...decoded.warnings, ...heard];
      const result = await converter!.convert({
        samples,
        sampleRateHz,
        voiceId: voice,
        controls: { ...DEFAULT_CONTROLS, ...controls },
        ear,
        onProgress: () => undefined,
        signal: neverAborted,
      });
      const used = openedVoices.get(voice) ?? status.voices.find((each) => each.id === voice) ?? null;
      const takeName = name.replace(/\.[^.]+$/, '');
      const about = {
        voiceId: voice,
        voiceName: used?.name ?? voice,
        takeName,
        consent: result.consent,
        voiceData: result.voiceData,
        voice: used,
      };
      const { blob } = await exportTake(result.samples, result.sampleRateHz, format, about, { bitrate });
      await sendResult(output, blob);
      const { seconds, rtf, backend, isDenoised } = result;
      return { seconds, rtf, backend, ear: result.ear, isDenoised, warnings };
    },

    async openVoiceFile(input) {
      const voice = await converter!.openVoiceFile(await (await read(input, 'The voice file')).arrayBuffer());
      openedVoices.set(voice.id, voice);
      return voice.id;
    },

    async enrol({ inputs, output, name, language = '', consent }) {
      const written = parseRecord(consent);
      if (written.proof.kind === 'spoken') {
        throw new ConsentError(
          'consent-invalid',
          'A person’s own voice can only be enrolled in the page, where the permission sentence is read aloud. Nothing was made. Open #/voices to enrol it.',
        );
      }
      requireGrounds(written);
      const startedMs = performance.now();
      const recordings: Awaited<ReturnType<typeof collect>>[] = [];
      for (const each of inputs) recordings.push(await collect(each));
      markOtherSpeakers(recordings.flatMap((recording) => recording.pieces));
      const cleanedMs = performance.now();
      const sources = [...new Set([...written.sources, ...recordings.map((recording) => recording.sha256)])];
      const about = newAbout(name, language);
      const input = {
        about,
        consent: seal({ ...written, sources }),
        recordings: recordings.map(({ samples, pieces }) => ({ samples, pieces: pieces.filter(isKept) })),
      };
      const draft = await enrolment.train(input, { signal: neverAborted, onProgress: () => undefined });
      const trainedMs = performance.now();
      await sendResult(output, await finishVoice(converter!, draft, neverAborted));
      return {
        id: about.id,
        seconds: recordings.reduce((sum, recording) => sum + recording.seconds, 0),
        cleanSeconds: (cleanedMs - startedMs) / 1000,
        trainSeconds: (trainedMs - cleanedMs) / 1000,
        ...summarise(recordings.flatMap((recording) => recording.pieces)),
      };
    },

    async detect({ input, name }) {
      const { samples, sampleRateHz, warnings } = await open(input, name);
      return { ...(await detect(scope, samples, sampleRateHz, () => undefined, neverAborted)), warnings };
    },

    async live() {
      const { makeLiveHarness } = await import('./live-harness');
      liveHarness ??= makeLiveHarness(
        scope,
        baseUrl,
        () => (converter ??= new ConversionClient(scope, baseUrl)),
      );
      return liveHarness;
    },
  };
}
