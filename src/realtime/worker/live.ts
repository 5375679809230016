import { BLOCK_STEPS } from './block-plan';
import type { Converter } from '../../engine/converter';
import { describeCause, EngineError } from '../../engine/errors';
import { mayHaveGpu } from '../../engine/backends/gpu';
import { LiveLoop } from './live-loop';
import type {
  CalibrationResult,
  LiveApi,
  LiveFailure,
  LiveFailureHandler,
  LiveFault,
  LiveLink,
  LiveSettings,
  LiveStatus,
} from '../live-types';
import { m } from '../../text/messages';
import type { Runtime } from '../../engine/backends/runtime';
import { streamRtf } from '../../engine/benchmark';
import type { EngineStatus, SourceProfile, VoiceSummary } from '../../engine/types';
import type { Voice } from '../../engine/voice';

type LoadParameters = Parameters<LiveApi<LiveLink>['load']>;

/** Load with the largest blocks above which WebGPU is tried in place of wasm. */
const TOO_SLOW = 0.7;

/** The live worker's interface: loads networks as the converter does, and runs one block loop at a time. */
export class Live implements LiveApi<LiveLink> {
  private settings: LiveSettings | undefined;
  private loop: LiveLoop | undefined;
  private ended: Promise<void> = Promise.resolve();
  private endWatch: () => void = () => undefined;

  constructor(private readonly converter: Converter) {}

  async load(options: LoadParameters[0], onProgress: LoadParameters[1]): Promise<LiveStatus> {
    const { known, ...rest } = options;
    const attempt = async (backend: 'wasm' | 'webgpu'): Promise<LiveStatus> => {
      const status = await this.converter.load({ ...rest, backend, threads: 1 }, onProgress);
      // On a known device this only warms up the worker.
      const measured = await this.measure(status);
      const load = known?.backend === status.backend ? known.load : measured;
      return { backend: status.backend, voices: status.voices, load };
    };
    if (known) return attempt(known.backend);
    const first = await attempt(options.backend === 'webgpu' ? 'webgpu' : 'wasm');
    if (options.backend !== 'auto' || first.load.largest <= TOO_SLOW || !mayHaveGpu()) return first;
    const second = await attempt('webgpu');
    return second.load.largest < first.load.largest ? second : attempt('wasm');
  }

  async start(
    link: LiveLink,
    settings: LiveSettings,
    onFailure: LiveFailureHandler,
    recording?: MessagePort,
  ): Promise<void> {
    await this.stop();
    this.settings = settings;
    const { runtime, loop } = await this.makeLoop(link);
    this.loop = loop;
    if (recording) await this.record(recording);
    this.ended = this.runOn(runtime, link)
      .catch((error: unknown) => onFailure(failureOf(error)))
      .finally(() => link.close());
  }

  async adjust(settings: LiveSettings): Promise<void> {
    const { voice } = await this.converter.prepare(settings.voiceId, 'live');
    this.settings = settings;
    this.loop?.adjust(settings, voice);
    if (this.loop) this.watch(voice);
  }

  async listVoices(): Promise<VoiceSummary[]> {
    return this.converter.listVoices();
  }

  async calibrate(seconds: number): Promise<CalibrationResult> {
    return this.running().calibrate(seconds);
  }

  async record(port: MessagePort): Promise<void> {
    this.running().record((block) => {
      port.postMessage(block, block ? [block.input.buffer, block.output.buffer] : []);
      if (!block) port.close();
    });
  }

  async endRecording(): Promise<void> {
    this.loop?.endRecording();
  }

  async profile(): Promise<SourceProfile | null> {
    return this.loop?.profile ?? null;
  }

  async stop(): Promise<void> {
    this.endWatch();
    this.loop?.stop();
    this.loop = undefined;
    await this.ended;
  }

  async simulate(fault: LiveFault): Promise<void> {
    const loop = this.running();
    if (fault.kind === 'slow') loop.slowDown(fault.factor, fault.seconds);
    // eslint-disable-next-line understudy/no-literal-text -- only tests see it
    else loop.interrupt(new EngineError('gpu-lost', 'A test simulated the loss of the graphics processor.'));
  }

  private running(): LiveLoop {
    if (this.loop) return this.loop;
    throw new EngineError('not-loaded', m.realtime_not_running());
  }

  private async makeLoop(link: LiveLink, before?: LiveLoop): Promise<{ runtime: Runtime; loop: LiveLoop }> {
    const { runtime, voice } = await this.converter.prepare(this.settings!.voiceId, 'live');
    const loop = new LiveLoop(link, runtime.networks, voice, this.settings!, before);
    this.watch(voice);
    return { runtime, loop };
  }

  /** Ends the loop once the voice may not be used live any more. */
  private watch(voice: Voice): void {
    this.endWatch();
    this.endWatch = this.converter.watch(voice, 'live', (error) => this.loop?.interrupt(error as Error));
  }

  /** Runs the loop, and replaces it by a new one when the GPU is lost. */
  private async runOn(runtime: Runtime, link: LiveLink): Promise<void> {
    let lost: LiveLoop | undefined;
    await runtime.run(async () => {
      if (lost) {
        const { loop } = await this.makeLoop(link, lost);
        // Stopped in the meantime.
        if (this.loop !== lost) return;
        this.loop = loop;
      }
      lost = this.loop;
      await lost?.run();
    });
  }

  /** Computing time over duration of the smallest and the largest blocks. */
  private async measure({ voices }: EngineStatus): Promise<LiveStatus['load']> {
    const [first] = voices;
    if (!first) return { smallest: 0, largest: 0 };
    const { runtime, voice } = await this.converter.prepare(first.id, 'live');
    return {
      smallest: await streamRtf(runtime.networks, voice, BLOCK_STEPS[0]),
      largest: await streamRtf(runtime.networks, voice, BLOCK_STEPS.at(-1)!),
    };
  }
}

/** The parts of an error that a message to the page keeps. */
function failureOf(error: unknown): LiveFailure {
  return { name: error instanceof Error ? error.name : '', message: describeCause(error) };
}
