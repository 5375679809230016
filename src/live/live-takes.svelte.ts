import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import type { Scope } from '../services/scope';
import { takeLink } from '../services/take-link';
import { SYNTHESIS_RATE_HZ } from '../dsp/signal';
import type { VoiceSummary } from '../engine/types';
import type { LiveSession } from '../realtime/session/live-session';
import { TakeRecording, type LiveTake, type TakeEnd } from '../realtime/session/take-recording';
import { saveDraft } from '../store/draft-takes';
import { Draft } from '../store/drafts';
import { saveTake } from '../store/takes';
import { laterSoundNotStored } from '../ui/draft-warning';
import { clock, nowInWords } from '../text/format';

const END_MESSAGES: Record<Exclude<TakeEnd, 'asked'>, () => string> = {
  ceiling: m.live_end_ceiling,
  lost: m.live_end_lost,
};

/** Why a take is ended that the user has not ended. */
type Reason = (() => string) | undefined;

/** Records takes of a live session, one at a time. Each is written to the store while it is made, and saved whatever ends it. */
export class LiveTakes {
  /** Of the take that is being recorded; null without one. */
  seconds = $state<number | null>(null);
  private recording: TakeRecording | undefined;
  /** The voice of `recording`, with its consent record at the start of it. */
  private voice: VoiceSummary | undefined;
  /** Why `recording` is being ended, if the user has not asked for that. */
  private reason: Reason;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
    private readonly session: LiveSession,
  ) {
    scope.own(() => this.cut());
    context.work.add(scope, () => [
      this.seconds === null
        ? null
        : { page: 'live', label: m.live_task({ time: clock(this.seconds) }), isLossy: true },
    ]);
  }

  get isRecording(): boolean {
    return this.recording !== undefined;
  }

  /** Of the take that is being recorded. */
  get voiceId(): string | undefined {
    return this.recording && this.voice?.id;
  }

  /** Does nothing unless the session is live and has the chosen voice. */
  begin(): void {
    const { session } = this;
    const voice = session.status?.voices.find(({ id }) => id === this.context.preferences.voiceId);
    if (session.phase !== 'live' || !voice) return;
    const { sampleRate } = session.graph!.context;
    const draft = this.beginDraft(voice, sampleRate);
    this.voice = voice;
    this.recording = new TakeRecording(session.api, sampleRate, ({ input, output }) =>
      draft.append(input, output),
    );
    this.seconds = 0;
    this.saving = this.saveWhenDone(this.recording, voice, draft);
  }

  /** `reason`: why, for the user, if they have not asked for it. */
  async end(reason?: Reason): Promise<void> {
    const { recording } = this;
    if (!recording) return;
    this.reason = reason;
    // A worker that died cannot end the recording.
    const stop = this.scope.timeout(() => recording.cut(), 1000);
    recording.end();
    await recording.done;
    stop();
  }

  /** Ends it at once, with what there is: the session is over. `reason`: as for `end`. */
  cut(reason?: Reason): void {
    if (!this.recording) return;
    this.reason = reason;
    this.recording.cut();
  }

  /** Resolves once the last take is saved, or was refused by the store. */
  saved(): Promise<void> {
    return this.saving;
  }

  update(): void {
    if (this.recording) this.seconds = this.recording.seconds;
  }

  private beginDraft(voice: VoiceSummary, sampleRateHz: number): Draft {
    const output = { sampleRateHz: SYNTHESIS_RATE_HZ, ...this.aboutOutput(voice) };
    return new Draft(
      { name: m.live_take_name({ time: nowInWords() }), sampleRateHz, output },
      (storedSeconds) => this.context.notices.warn(() => laterSoundNotStored('take', storedSeconds)),
    );
  }

  private aboutOutput(voice: VoiceSummary) {
    return {
      voiceId: voice.id,
      voiceName: voice.name,
      controls: { ...this.context.preferences.controls },
      backend: this.session.status?.backend ?? ('wasm' as const),
      ...(voice.consent && { consent: voice.consent }),
      voiceData: [...voice.data],
    };
  }

  /** Saves a take as soon as it ends. One that the user did not end is named to them. */
  private async saveWhenDone(recording: TakeRecording, voice: VoiceSummary, draft: Draft): Promise<void> {
    const { notices } = this.context;
    const take = await recording.done;
    if (this.recording === recording) {
      this.recording = undefined;
      this.seconds = null;
    }
    const why = take.why === 'asked' ? this.reason : END_MESSAGES[take.why];
    this.reason = undefined;
    if (take.output.samples.length === 0) {
      await draft.discard();
      if (why) notices.warn(why);
      return;
    }
    const save = async (): Promise<void> => {
      try {
        const id = await this.store(take, voice, draft);
        notices.announce(m.live_take_saved);
        const length = clock(take.output.samples.length / take.output.sampleRateHz);
        if (why) notices.warn(() => m.live_take_until({ why: why(), length }), { action: takeLink(id) });
      } catch (error) {
        notices.fail(error, { label: m.studio_save_again, run: () => void save() });
      }
    };
    await save();
  }

  private async store({ source, output }: LiveTake, voice: VoiceSummary, draft: Draft): Promise<string> {
    const stored = await draft.end();
    if (stored && stored.output?.samples === output.samples.length) {
      const saved = await saveDraft(stored);
      await draft.release();
      if (saved) return saved.id;
    }
    const { name } = draft.row;
    const { id } = await saveTake({ name, source, output: { ...output, ...this.aboutOutput(voice) } });
    await draft.discard();
    return id;
  }
}
