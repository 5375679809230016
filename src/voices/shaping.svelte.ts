import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { Job } from '../services/job.svelte';
import { EnrolmentClient } from '../services/enrolment-client';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { finishVoice, newAbout } from '../services/voice-maker';
import { saveVoice } from '../store/voices';

/** Settings of a blended voice and the job that makes it. */
export class Shaping {
  /** Voice id -> its parts in the blend, 0..100. */
  weights = $state.raw<Record<string, number>>({});
  pitchSt = $state(0);
  size = $state(0);
  breath = $state(0);
  name = $state('');
  maker = $state('');
  readonly job: Job;
  private readonly client: EnrolmentClient;

  constructor(
    private readonly context: AppContext,
    scope: Scope,
    private readonly onDone: () => void,
  ) {
    this.client = new EnrolmentClient(scope, modelsUrl());
    this.job = new Job(scope, context.notices);
  }

  async make(): Promise<void> {
    await this.job.run(m.voices_job_make, async ({ signal }) => {
      const parts = Object.entries(this.weights)
        .filter(([, weight]) => weight > 0)
        .map(([voiceId, weight]) => ({ voiceId, weight }));
      const draft = await this.client.blend({
        about: newAbout(this.name.trim(), this.languageOf(parts)),
        maker: this.maker.trim(),
        parts,
        controls: { pitchSt: this.pitchSt, size: this.size, breath: this.breath },
      });
      const { file, voice } = await finishVoice(this.context.converter, draft, signal);
      await saveVoice(file, voice);
      const { name } = this;
      this.context.notices.announce(() => m.voices_shape_made({ name }));
      this.weights = {};
      this.name = '';
      this.onDone();
    });
  }

  /** The language of all parents; empty if they differ. */
  private languageOf(parts: { voiceId: string }[]): string {
    const voices = this.context.converter.status?.voices ?? [];
    const languages = parts.map(({ voiceId }) => voices.find(({ id }) => id === voiceId)?.language ?? '');
    return new Set(languages).size === 1 ? languages[0]! : '';
  }
}
