import { proxy, transfer, type Remote } from 'comlink';
import type { Scope } from '../../services/scope';
import { keepRuntimeCompiled } from './compiled-runtime';
import { WorkerClient, withProgress } from '../../services/worker-client';
import { LiveGraph } from './live-graph';
import type { LiveEnds } from '../live-link';
import { openMicrophone } from '../../audio/microphone';
import type { CalibrationResult, LiveApi, LivePhase, LiveSettings, LiveStatus } from '../live-types';
import type { LiveFailure } from '../live-types';
import { isWithdrawn } from '../../engine/withdrawal';
import type { LoadProgress } from '../../engine/types';
import LiveWorker from '../../../workers/live?worker';
import { LIVE_PRESETS, type LivePresetId } from './presets';
import { LiveWatch, type Trouble } from './live-watch';

export interface SessionSettings extends Omit<LiveSettings, 'blockCodes'> {
  preset: LivePresetId;
  deviceId: string;
  outputId: string;
}

export interface SessionOptions {
  /** Absolute address of the published files. */
  baseUrl: string;
  backend?: 'wasm' | 'webgpu' | 'auto';
  allowSoftwareGpu?: boolean;
  /** For tests: false uses ports, as where memory cannot be shared. */
  isShared?: boolean;
  onPhase: (phase: LivePhase) => void;
  onProgress: (progress: LoadProgress | null) => void;
  /** For tests: a port that gets every RecordedBlock, from the first sample on. */
  tap?: () => MessagePort;
  /** Called with faults that the user should know of; the session goes on. */
  onTrouble: (trouble: Trouble) => void;
  /** Called when the session was ended because its voice may not be used any more, with the error for the user. */
  onWithdrawn: (error: LiveFailure) => void;
}

/**
 * A live session: opens microphone, worklets, worker and speakers, and replaces those that fail. The output is silent
 * during a repair.
 */
export class LiveSession {
  phase: LivePhase = 'off';
  status: LiveStatus | undefined;
  graph: LiveGraph | undefined;
  stream: MediaStream | undefined;
  /** Rate of the next context; default: the device's. */
  sampleRateHz: number | undefined;
  private client: WorkerClient<LiveApi<LiveEnds>> | undefined;
  private loading: Promise<LiveStatus> | undefined;
  private running: Scope | undefined;
  private repairing: Promise<void> | undefined;
  private isBypassed = false;
  private isMuted = false;

  constructor(
    private readonly scope: Scope,
    private settings: SessionSettings,
    private readonly options: SessionOptions,
  ) {
    scope.own(() => this.stop());
  }

  get isRepairing(): boolean {
    return this.repairing !== undefined;
  }

  get api(): Remote<LiveApi<LiveEnds>> {
    return this.client!.api;
  }

  /** Starts the worker and loads the networks, unless they are loaded already. */
  load(): Promise<LiveStatus> {
    if (this.status?.backend !== 'webgpu') keepRuntimeCompiled();
    if (this.loading) return this.loading;
    const loading = this.startWorker().catch((error: unknown) => {
      if (this.loading === loading) this.dropWorker();
      throw error;
    });
    this.loading = loading;
    return loading;
  }

  /** Rejects with AudioError or EngineError; then nothing is left open. */
  async start(): Promise<void> {
    if (this.phase !== 'off') return;
    this.setPhase('starting');
    const running = this.scope.child();
    this.running = running;
    try {
      const asking = this.openMicrophone(running);
      const opening = this.openGraph(running);
      const loading = this.load();
      await Promise.allSettled([asking, opening, loading]);
      // The first failure in this order is reported: without a microphone the others do not matter.
      await asking;
      await opening;
      await loading;
      if (running.isEnded) return;
      await this.connect();
      if (running.isEnded) return;
      this.setPhase('live');
      this.watch(running);
    } catch (error) {
      if (running.isEnded) return;
      this.stop();
      throw error;
    }
  }

  /** Releases microphone, worklets, worker and GPU. */
  stop(): void {
    this.running?.dispose();
    this.running = undefined;
    this.closeGraph();
    this.closeMicrophone();
    this.dropWorker();
    this.isBypassed = this.isMuted = false;
    this.setPhase('off');
  }

  /** Rejects where the chosen device or voice is missing. */
  async adjust(settings: SessionSettings): Promise<void> {
    const before = this.settings;
    this.settings = settings;
    if (this.phase === 'off') return;
    if (settings.preset !== before.preset) this.graph?.setMargin(LIVE_PRESETS[settings.preset].marginMs);
    if (settings.outputId !== before.outputId) await this.graph?.setOutput(settings.outputId);
    if (settings.deviceId !== before.deviceId) await this.repair('microphone-chosen');
    await this.api.adjust(this.liveSettings);
  }

  /** Updates `status.voices` after voices or revocations changed, and resolves with the status. */
  async refreshVoices(): Promise<LiveStatus | null> {
    if (!this.status || !this.client) return this.status ?? null;
    const voices = await this.client.guard(this.api.listVoices());
    return (this.status = { ...this.status, voices });
  }

  /** Mutes the output until the session ends, which the worker brings about. */
  silence(): void {
    this.mute(true);
  }

  /** Plays the unconverted microphone while `isHeld`; it reaches the speakers in no other way. */
  setBypass(isHeld: boolean): void {
    this.isBypassed = isHeld && this.phase === 'live';
    this.graph?.setBypass(this.isBypassed);
  }

  /** Measures the speaker for `seconds`; the output is muted. */
  async calibrate(seconds: number): Promise<CalibrationResult> {
    this.mute(true);
    try {
      return await this.client!.guard(this.api.calibrate(seconds));
    } finally {
      this.mute(false);
    }
  }

  /** Repairs a fault; a second call during a repair returns the first one's promise. */
  repair(trouble: Trouble): Promise<void> {
    this.repairing ??= this.runRepair(trouble).finally(() => (this.repairing = undefined));
    return this.repairing;
  }

  /** For tests: terminates the worker without notice, as a browser does when memory runs out. */
  killWorker(): void {
    this.client?.dispose();
  }

  private async runRepair(trouble: Trouble): Promise<void> {
    const { running } = this;
    if (!running || this.phase === 'starting') return;
    this.setPhase('recovering');
    this.setBypass(false);
    this.options.onTrouble(trouble);
    if (trouble === 'worker-lost') this.dropWorker();
    if (trouble === 'context-lost') this.closeGraph();
    if (trouble.startsWith('microphone')) this.closeMicrophone();
    if (!this.graph) await this.openGraph(running);
    await this.load();
    const isMicrophoneLive = this.stream?.getAudioTracks().some((track) => track.readyState === 'live');
    if (!isMicrophoneLive) await this.openMicrophone(running);
    if (running.isEnded) return this.stop();
    this.graph?.setMicrophone(this.stream);
    if (!trouble.startsWith('microphone')) await this.connect();
    this.setPhase('live');
  }

  private async openGraph(running: Scope): Promise<void> {
    const { preset, outputId } = this.settings;
    const { isShared } = this.options;
    const graph = await LiveGraph.open({
      marginMs: LIVE_PRESETS[preset].marginMs,
      outputId,
      ...(this.sampleRateHz && { sampleRateHz: this.sampleRateHz }),
      ...(isShared !== undefined && { isShared }),
    });
    if (running.isEnded) return graph.close();
    this.graph = graph;
  }

  private async openMicrophone(running: Scope): Promise<void> {
    const stream = await openMicrophone(this.settings.deviceId || undefined, 'live');
    // Stopped while the browser asked for permission.
    if (running.isEnded) return stream.getTracks().forEach((track) => track.stop());
    this.stream = stream;
    for (const track of stream.getAudioTracks())
      running.on(track, 'ended', () => void this.try('microphone-lost'));
  }

  private async connect(): Promise<void> {
    const { graph } = this;
    if (!graph) return;
    graph.setMicrophone(this.stream);
    graph.setMuted(this.isMuted);
    const { ends, transfer: moved } = graph.link();
    const fail = proxy((failure: LiveFailure) =>
      isWithdrawn(failure) ? this.withdraw(failure) : void this.try('worker-lost'),
    );
    const tap = this.options.tap?.();
    const recording = tap && transfer(tap, [tap]);
    await this.client!.guard(this.api.start(transfer(ends, moved), this.liveSettings, fail, recording));
  }

  private watch(running: Scope): void {
    new LiveWatch(running, this, (trouble) => void this.try(trouble));
  }

  /** A failed repair is tried again when the watch next reports a fault. */
  private async try(trouble: Trouble): Promise<void> {
    await this.repair(trouble).catch((error: unknown) =>
      isWithdrawn(error) ? this.withdraw(error as LiveFailure) : console.error(error),
    );
  }

  private withdraw(failure: LiveFailure): void {
    if (this.phase === 'off') return;
    this.stop();
    this.options.onWithdrawn(failure);
  }

  private async startWorker(): Promise<LiveStatus> {
    this.client = new WorkerClient<LiveApi<LiveEnds>>(this.scope, LiveWorker);
    const { baseUrl, backend = 'auto', allowSoftwareGpu, onProgress } = this.options;
    const known = this.status;
    const options = {
      baseUrl,
      backend,
      ...(allowSoftwareGpu && { allowSoftwareGpu }),
      ...(known && { known }),
    };
    const { client } = this;
    this.status = await withProgress(onProgress, (report) => client.guard(client.api.load(options, report)));
    return this.status;
  }

  private get liveSettings(): LiveSettings {
    const { voiceId, controls, profile, follows, gateDb, preset } = this.settings;
    return {
      voiceId,
      controls: { ...controls },
      profile: profile && { ...profile },
      follows,
      gateDb,
      blockCodes: LIVE_PRESETS[preset].blockCodes,
    };
  }

  private mute(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.graph?.setMuted(isMuted);
  }

  private dropWorker(): void {
    this.client?.dispose();
    this.client = undefined;
    this.loading = undefined;
  }

  private closeGraph(): void {
    this.graph?.close();
    this.graph = undefined;
  }

  private closeMicrophone(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
  }

  private setPhase(phase: LivePhase): void {
    if (this.phase === phase) return;
    this.phase = phase;
    this.options.onPhase(phase);
  }
}
