import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { messageOf } from '../services/messages';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { LiveGraph } from '../realtime/session/live-graph';
import { listDevices } from '../audio/microphone';
import { SilenceWatch, type Silence } from '../ui/silence';
import { FEEDBACK_SCORE } from '../realtime/worker/feedback';
import type { LivePhase, LiveStatus } from '../realtime/live-types';
import { conditionsOf, type Condition } from '../engine/analysis/conditions';
import type { LoadProgress } from '../engine/types';
import { onChanged } from '../store/changes';
import { delayParts, type DelayParts } from '../realtime/session/delay';
import { LiveSession, type SessionSettings } from '../realtime/session/live-session';
import { DeviceMeasurement, type DeviceChoice } from './device-measurement.svelte';
import { gateLevel } from './gate-level';
import { LiveTakes } from './live-takes.svelte';
import { TROUBLE_MESSAGES } from './trouble-messages';
import { isVoiceGone } from './voice-gone';

const METER_MS = 80;
const QUIET_SECONDS = 2;
const SPEAK_SECONDS = 4;
/** Feedback is reported only after this long, because a single peak of the correlation may be chance. */
const FEEDBACK_SECONDS = 3;

/** State of the live page: one session, its meters, and the actions of the user. */
export class LivePage {
  phase = $state<LivePhase>('off');
  status = $state.raw<LiveStatus | null>(null);
  progress = $state.raw<LoadProgress | null>(null);
  level = $state.raw({ input: 0, output: 0 });
  delay = $state.raw<DelayParts | null>(null);
  health = $state.raw({ load: 0, underruns: 0, jumps: 0, blockMs: 0 });
  /** Settings of the microphone track that the browser opened. */
  trackSettings = $state.raw<MediaTrackSettings | null>(null);
  contextRateHz = $state(0);
  inputs = $state.raw<Awaited<ReturnType<typeof listDevices>>>([]);
  outputs = $state.raw<Awaited<ReturnType<typeof listDevices>>>([]);
  isHeld = $state(false);
  hasFeedback = $state(false);
  /** What is wrong with the input, that which costs most words first. */
  heard = $state.raw<Condition[]>([]);
  calibration = $state<'none' | 'quiet' | 'speak'>('none');
  readonly measurement = new DeviceMeasurement();
  /** Whether the microphone seems to be muted. */
  silence = $state<Silence>('none');
  private readonly session: LiveSession;
  private readonly takes: LiveTakes;
  private watch = new SilenceWatch();
  private feedbackSeconds = 0;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    this.session = new LiveSession(scope, this.settings, {
      baseUrl: modelsUrl(),
      onPhase: (phase) => this.enter(phase),
      onProgress: (progress) => (this.progress = progress),
      onTrouble: (trouble) => {
        if (trouble !== 'worker-lost') this.measurement.drop();
        const text = TROUBLE_MESSAGES[trouble];
        // Said with the take, if one is being recorded.
        if (this.takes.isRecording) void this.takes.end(text ?? m.live_end_microphone);
        else if (text) context.notices.warn(text);
      },
      onWithdrawn: (error) => {
        this.takes.cut(m.live_end_withdrawn);
        context.notices.fail(error);
        this.load();
      },
    });
    this.takes = new LiveTakes(context, scope, this.session);
    context.work.addSession(scope, { isOn: () => this.isOn });
    scope.own(onChanged('voices', () => void this.checkVoices()));
    scope.interval(() => this.updateMeters(), METER_MS);
    void this.listDevices();
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (mediaDevices) scope.on(mediaDevices, 'devicechange', () => void this.listDevices());
    this.load();
  }

  get canChooseOutput(): boolean {
    return LiveGraph.canChooseOutput;
  }

  /** Of the take that is being recorded; null without one. */
  get takeSeconds(): number | null {
    return this.takes.seconds;
  }

  get isOn(): boolean {
    return this.phase !== 'off';
  }

  load(): void {
    this.session.load().then(
      (status) => (this.status = status),
      (error: unknown) =>
        this.context.notices.fail(error, { label: m.studio_try_again, run: () => this.load() }),
    );
  }

  async toggle(): Promise<void> {
    await (this.phase === 'off' ? this.start() : this.stop());
  }

  async stop(): Promise<void> {
    await this.takes.end();
    this.session.stop();
  }

  /**
   * Ends the session and the scope when the page is left: a microphone should not stay open, and a voice should not speak, on a page that
   * shows neither. A take that is being recorded is saved and named.
   */
  async leave(): Promise<void> {
    if (this.phase !== 'off') {
      this.session.graph?.setMuted(true);
      if (this.takes.isRecording) await this.takes.end(m.live_left);
      else this.context.notices.warn(m.live_left);
      this.session.stop();
    }
    await this.takes.saved();
    this.scope.dispose();
  }

  /** Applies changed settings to the running session. */
  async apply(): Promise<void> {
    // The mark of a take names one voice, so a change of voice starts another take.
    const isOtherVoice = this.takes.isRecording && this.takes.voiceId !== this.context.preferences.voiceId;
    if (isOtherVoice) await this.takes.end(m.live_end_voice);
    await this.session.adjust(this.settings).catch((error: unknown) => this.context.notices.fail(error));
    if (isOtherVoice) this.takes.begin();
    this.readDevice();
  }

  hold(isHeld: boolean): void {
    this.session.setBypass(isHeld);
    this.isHeld = isHeld && this.phase === 'live';
  }

  async calibrate(): Promise<void> {
    const { notices, preferences } = this.context;
    try {
      this.calibration = 'quiet';
      notices.announce(m.live_calibration_quiet);
      const quiet = await this.session.calibrate(QUIET_SECONDS);
      this.calibration = 'speak';
      notices.announce(m.live_calibration_speak);
      const spoken = await this.session.calibrate(SPEAK_SECONDS);
      if (!(spoken.profile.medianF0Hz > 0)) {
        notices.warn(m.live_no_voice);
        return;
      }
      const profile = { ...spoken.profile, noiseDb: quiet.profile.noiseDb };
      preferences.changeLive({ gateDb: gateLevel(quiet, spoken), profile });
      await this.apply();
      notices.announce(m.live_calibrated);
    } catch (error) {
      notices.fail(error);
    } finally {
      this.calibration = 'none';
    }
  }

  async measureDevices(): Promise<void> {
    try {
      await this.measurement.measure(async () => {
        await this.listDevices();
        return this.devices;
      });
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  /** Called when another microphone or other speakers are chosen. */
  checkDevices(): void {
    this.measurement.check(this.devices);
  }

  async toggleTake(): Promise<void> {
    if (this.takes.isRecording) await this.takes.end();
    else this.takes.begin();
  }

  private get devices(): DeviceChoice {
    const { deviceId, live } = this.context.preferences;
    return { deviceId, outputId: live.outputId, devices: [...this.inputs, ...this.outputs] };
  }

  private get settings(): SessionSettings {
    const { voiceId, controls, deviceId, live } = this.context.preferences;
    const { preset, outputId, follows, gates, gateDb, profile } = live;
    return {
      voiceId,
      controls: { ...controls },
      deviceId,
      outputId,
      preset,
      follows,
      profile,
      gateDb: gates ? gateDb : null,
    };
  }

  private async start(): Promise<void> {
    const { notices } = this.context;
    notices.clear();
    this.hasFeedback = false;
    this.watch = new SilenceWatch();
    try {
      await this.session.adjust(this.settings);
      await this.session.start();
      this.status = this.session.status ?? null;
      notices.announce(m.live_is_on);
      await this.listDevices();
      this.readDevice();
    } catch (error) {
      notices.fail(error, { label: m.studio_try_again, run: () => void this.start() });
    }
  }

  private enter(phase: LivePhase): void {
    if (phase === 'off' && this.phase === 'live') this.context.notices.announce(m.live_is_off);
    this.phase = phase;
    if (phase !== 'live') this.isHeld = false;
    if (phase === 'live') this.readDevice();
    if (phase !== 'off') return;
    this.heard = [];
    this.silence = 'none';
    this.level = { input: 0, output: 0 };
    this.delay = null;
    this.trackSettings = null;
  }

  private updateMeters(): void {
    const { graph } = this.session;
    if (!graph || this.phase === 'off') return;
    const { stats } = graph;
    this.level = { input: stats.get('inputPeak'), output: stats.get('outputPeak') };
    const captureMs = 1000 * ((this.trackSettings as { latency?: number } | null)?.latency ?? 0);
    const devices = this.measurement.delay(captureMs, graph.outputLatencyMs);
    this.delay = stats.get('delayMs') > 0 ? delayParts(stats, devices) : null;
    this.health = {
      load: stats.get('load'),
      underruns: stats.get('underruns'),
      jumps: stats.get('inputJumps') + stats.get('outputJumps'),
      blockMs: stats.get('blockLengthMs'),
    };
    const heard = conditionsOf(stats.get('heard'));
    // Assigned only where it differs, so that screen readers announce changes alone.
    if (heard.join() !== this.heard.join()) this.heard = heard;
    if (this.phase === 'live') this.silence = this.watch.push(this.level.input, performance.now() / 1000);
    this.takes.update();
    this.feedbackSeconds =
      stats.get('feedback') >= FEEDBACK_SCORE ? this.feedbackSeconds + METER_MS / 1000 : 0;
    this.hasFeedback = this.feedbackSeconds >= FEEDBACK_SECONDS;
  }

  private async checkVoices(): Promise<void> {
    if (await isVoiceGone(this.status, this.context.preferences.voiceId)) this.session.silence();
    this.status = await this.session.refreshVoices();
  }

  private readDevice(): void {
    this.trackSettings = this.session.stream?.getAudioTracks()[0]?.getSettings() ?? null;
    this.contextRateHz = this.session.graph?.context.sampleRate ?? 0;
  }

  private async listDevices(): Promise<void> {
    try {
      const [inputs, outputs] = await Promise.all([listDevices('audioinput'), listDevices('audiooutput')]);
      if (this.scope.isEnded) return;
      // Browsers reveal ids and labels only after the user has allowed a microphone.
      this.inputs = inputs.filter(({ deviceId, label }) => deviceId && label);
      this.outputs = outputs.filter(({ deviceId, label }) => deviceId && label);
      this.checkDevices();
    } catch (error) {
      console.error(messageOf(error));
    }
  }
}
