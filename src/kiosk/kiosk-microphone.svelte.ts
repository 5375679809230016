import { isReplaced } from '../audio/microphone';
import type { Level } from '../audio/recorder';
import { SampleStore } from '../audio/sample-store';
import { TakeListener } from '../engine/analysis/take-listener';
import type { Confidences } from '../engine/analysis/conditions';
import type { SourceProfile } from '../engine/types';
import type { Notices } from '../services/notices.svelte';
import type { Scope } from '../services/scope';
import { Microphone, type End } from '../ui/microphone.svelte';
import { adviceOn, type Advice } from './guidance';

export const MIN_SECONDS = 2;
export const MAX_SECONDS = 15;
/** Where a press is shorter than this, the microphone stays on until the next one. */
const HOLD_MS = 500;
/** Between two judgements of what was said so far. */
const JUDGE_SECONDS = 1.5;
/** How long a peak is remembered, and the shares of the room level that a louder or quieter batch changes. */
const PEAK_MS = 1000;
const [ROOM_RISE, ROOM_FALL] = [0.02, 0.3];
const WATCH_MS = 500;
/** A microphone that delivers nothing for so long, or takes so long to open, is lost. */
const SILENT_MS = 5000;
const OPENING_MS = 30_000;

/** What a visitor has said. */
export interface Spoken {
  /** Mono. */
  samples: Float32Array;
  sampleRateHz: number;
  seconds: number;
  profile: SourceProfile;
  /** Null where there was too little speech to judge. */
  judged: Confidences | null;
}

export interface KioskMicrophoneOptions {
  onSpoken: (spoken: Spoken) => void;
  /** Less than `MIN_SECONDS` were said. */
  onTooShort: () => void;
  /** It is gone, became another one, does not open, or delivers nothing. `wasSpeaking`: what was being said is lost. */
  onLost: (wasSpeaking: boolean) => void;
}

/**
 * The microphone on the screen where the visitor speaks. It is open as long as that screen is shown, so that no first word is lost, but keeps
 * samples only from a press of the button to its release or, after a short press, to the next press.
 */
export class KioskMicrophone extends Microphone {
  isSpeaking = $state(false);
  spokenSeconds = $state(0);
  advice = $state<Advice>('good');
  private store: SampleStore | undefined;
  private listener: TakeListener | undefined;
  private judged: Confidences | null = null;
  private judgedAt = 0;
  private rateHz = 0;
  private pressedAtMs = 0;
  private roomDb: number | null = null;
  private loudest = { value: 0, atMs: 0 };
  /** When the microphone delivered last, or was to be opened. */
  private aliveAtMs = 0;
  private watchedAtMs = 0;

  constructor(
    scope: Scope,
    notices: Notices,
    private readonly options: KioskMicrophoneOptions,
  ) {
    super(scope, notices, undefined, false);
    scope.own(() => this.discard());
    scope.interval(() => this.watchDelivery(), WATCH_MS);
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    if (mediaDevices) scope.on(mediaDevices, 'devicechange', () => void this.watchDevice());
  }

  override async start(deviceId: string): Promise<void> {
    this.aliveAtMs = performance.now();
    await super.start(deviceId);
  }

  /** The button is pressed: begins, or ends what a short press has begun. */
  press(): void {
    if (this.isSpeaking) {
      void this.finish();
      return;
    }
    if (this.state !== 'recording') return;
    this.judgedAt = 0;
    this.spokenSeconds = 0;
    this.pressedAtMs = performance.now();
    this.isSpeaking = true;
  }

  /** The button is released, which ends a long press. */
  release(): void {
    if (this.isSpeaking && performance.now() - this.pressedAtMs >= HOLD_MS) void this.finish();
  }

  /** Forgets what is being said. */
  discard(): void {
    this.isSpeaking = false;
    this.store?.erase();
    this.listener?.erase();
    this.store = this.listener = undefined;
    this.judged = null;
  }

  protected override onLevel({ peak, rms }: Level): void {
    const now = performance.now();
    this.aliveAtMs = now;
    if (peak >= this.loudest.value || now - this.loudest.atMs > PEAK_MS)
      this.loudest = { value: peak, atMs: now };
    const levelDb = 20 * Math.log10(rms + 1e-5);
    const step = this.roomDb !== null && levelDb > this.roomDb ? ROOM_RISE : ROOM_FALL;
    if (!this.isSpeaking)
      this.roomDb = (this.roomDb ?? levelDb) + step * (levelDb - (this.roomDb ?? levelDb));
    this.advice = adviceOn({
      peak: this.loudest.value,
      speechDb: this.listener && this.listener.seconds > 1 ? this.listener.levelDb : null,
      roomDb: this.roomDb,
      conditions: this.judged,
      isSilent: this.silence === 'digital',
    });
  }

  protected override onSamples(samples: Float32Array, sampleRateHz: number): void {
    if (!this.isSpeaking) return;
    this.rateHz = sampleRateHz;
    const store = (this.store ??= new SampleStore(MAX_SECONDS * sampleRateHz));
    const listener = (this.listener ??= new TakeListener(sampleRateHz));
    const fitting = samples.subarray(0, MAX_SECONDS * sampleRateHz - store.length);
    store.append(fitting);
    listener.push(fitting);
    this.spokenSeconds = store.length / sampleRateHz;
    if (this.spokenSeconds - this.judgedAt >= JUDGE_SECONDS) void this.judge(listener);
    if (this.spokenSeconds >= MAX_SECONDS) void this.finish();
  }

  protected override onEnd(why: End): void {
    if (why === 'device-lost') this.lose();
  }

  private lose(): void {
    const { isSpeaking } = this;
    this.discard();
    this.cancel();
    this.options.onLost(isSpeaking);
  }

  private watchDelivery(): void {
    const now = performance.now();
    // What was delivered while the page slept arrives after this.
    if (now - this.watchedAtMs > 3 * WATCH_MS) this.aliveAtMs = Math.max(this.aliveAtMs, now - WATCH_MS);
    this.watchedAtMs = now;
    const limitMs = { idle: Infinity, starting: OPENING_MS, recording: SILENT_MS }[this.state];
    if (now - this.aliveAtMs > limitMs) this.lose();
  }

  /** The default microphone may have become another one. */
  private async watchDevice(): Promise<void> {
    const { recorder } = this;
    const track = recorder?.track;
    if (track && (await isReplaced(track)) && this.recorder === recorder) this.lose();
  }

  private async judge(listener: TakeListener): Promise<void> {
    this.judgedAt = this.spokenSeconds;
    const found = await listener.judge();
    if (this.listener === listener) this.judged = found ?? this.judged;
  }

  private async finish(): Promise<void> {
    const { store, listener, rateHz: sampleRateHz } = this;
    this.isSpeaking = false;
    const seconds = store && store.length / sampleRateHz;
    if (!store || !listener || !seconds || seconds < MIN_SECONDS) {
      this.discard();
      this.options.onTooShort();
      return;
    }
    const [profile, judged] = [await listener.finish(), this.judged ?? (await listener.judge())];
    // The visit may have ended meanwhile.
    if (this.store !== store) return;
    // A copy: what the microphone holds is overwritten.
    const samples = store.take().slice();
    this.discard();
    this.options.onSpoken({ samples, sampleRateHz, seconds, profile, judged });
  }
}
