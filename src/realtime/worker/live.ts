import { BLOCK_STEPS } from './block-plan';
import type { Converter } from '../../engine/converter';
import { CODES_PER_SECOND } from '../../engine/shapes';
import { describeCause, EngineError } from '../../engine/errors';
import { mayHaveGpu } from '../../engine/backends/gpu';
import { LiveLoop } from './live-loop';
import type { Heard, LiveApi, LiveFault, LiveLink, LiveSettings, LiveStatus } from '../live-types';
import type { Runtime } from '../../engine/backends/runtime';
import { ConversionStream } from '../../engine/stream';
import { DEFAULT_CONTROLS, type EngineStatus, type SourceProfile } from '../../engine/types';

type LoadParameters = Parameters<LiveApi<LiveLink>['load']>;

const MEASURED_CODES = 40;
const MEASURED_RATE_HZ = 16000;
/** A backend whose largest blocks take more of the time than this is no good for speaking along. */
const TOO_SLOW = 0.7;

/** What the live worker exposes: loads networks as the converter does, and runs one block loop at a time. */
export class Live implements LiveApi<LiveLink> {
  private settings: LiveSettings | undefined;
  private loop: LiveLoop | undefined;
  /** Whose networks the loop runs. */
  private runtime: Runtime | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly converter: Converter) {}

  async load(options: LoadParameters[0], onProgress: LoadParameters[1]): Promise<LiveStatus> {
    const { known, ...rest } = options;
    const attempt = async (backend: 'wasm' | 'webgpu'): Promise<LiveStatus> => {
      const status = await this.converter.load({ ...rest, backend, threads: 1 }, onProgress);
      // Also warms up a worker of a device that is known.
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
    onFailure: (message: string) => void,
    recording?: MessagePort,
  ): Promise<void> {
    await this.stop();
    this.settings = settings;
    this.loop = await this.makeLoop(link);
    if (recording) await this.record(recording);
    this.ended = this.runOn(link)
      .catch((error: unknown) => onFailure(describeCause(error)))
      .finally(() => link.close());
  }

  async adjust(settings: LiveSettings): Promise<void> {
    const { voice } = await this.converter.prepare(settings.voiceId, 'live');
    this.settings = settings;
    this.loop?.adjust(settings, voice);
  }

  async listen(seconds: number): Promise<Heard> {
    return this.running().listen(seconds);
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
    this.loop?.stop();
    this.loop = undefined;
    await this.ended;
  }

  async simulate(fault: LiveFault): Promise<void> {
    const loop = this.running();
    if (fault.kind === 'slow') loop.slowDown(fault.factor, fault.seconds);
    else loop.interrupt(new EngineError('gpu-lost', 'The graphics processor was taken away by a test.'));
  }

  private running(): LiveLoop {
    if (this.loop) return this.loop;
    throw new EngineError(
      'not-loaded',
      'Nothing is being converted now. Start speaking first, then try again.',
    );
  }

  private async makeLoop(link: LiveLink, before?: LiveLoop): Promise<LiveLoop> {
    const { runtime, voice } = await this.converter.prepare(this.settings!.voiceId, 'live');
    this.runtime = runtime;
    return new LiveLoop(link, runtime.networks, voice, this.settings!, before);
  }

  /** Runs the loop, and another in its place when the GPU is lost. */
  private async runOn(link: LiveLink): Promise<void> {
    while (this.loop) {
      const loop = this.loop;
      try {
        await loop.run();
      } catch (error) {
        if (!(error instanceof EngineError && error.code === 'gpu-lost')) throw error;
        await this.runtime!.recover(loop.networks);
        if (this.loop === loop) this.loop = await this.makeLoop(link, loop);
        continue;
      }
      return;
    }
  }

  /** Share of the time that the work takes in the smallest and the largest blocks, which also warms both up. */
  private async measure({ voices }: EngineStatus): Promise<LiveStatus['load']> {
    const [first] = voices;
    if (!first) return { smallest: 0, largest: 0 };
    const { runtime, voice } = await this.converter.prepare(first.id, 'live');
    const measure = async (blockCodes: number) => {
      const stream = new ConversionStream({
        networks: runtime.networks,
        voice,
        controls: DEFAULT_CONTROLS,
        profile: { medianF0Hz: 150, speechLevelDb: voice.speechLevelDb },
        use: 'live',
        sampleRateHz: MEASURED_RATE_HZ,
        blockCodes,
      });
      let bestMs = Infinity;
      const block = (MEASURED_RATE_HZ / CODES_PER_SECOND) * blockCodes;
      for (let at = 0; at < MEASURED_CODES; at += blockCodes) {
        const samples = Float32Array.from({ length: block }, () => 0.2 * (Math.random() - 0.5));
        const startedMs = performance.now();
        const output = await stream.push(samples);
        if (output.length >= block) bestMs = Math.min(bestMs, performance.now() - startedMs);
      }
      stream.dispose();
      return bestMs / ((1000 / CODES_PER_SECOND) * blockCodes);
    };
    return { smallest: await measure(BLOCK_STEPS[0]), largest: await measure(BLOCK_STEPS.at(-1)!) };
  }
}
