import type { AppContext } from '../services/context';
import { EnrolmentClient } from '../services/enrolment-client';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { finishVoice, newAbout } from '../services/voice-maker';
import { readVoiceFile } from '../files/voice-file';
import { saveVoice } from '../store/voices';

/** A voice between others, as it is being set. */
export class Shaping {
  /** Parts of each voice by its id. */
  weights = $state.raw<Record<string, number>>({});
  pitchSt = $state(0);
  size = $state(0);
  breath = $state(0);
  name = $state('');
  maker = $state('');
  isBusy = $state(false);
  private readonly enrolment: EnrolmentClient;
  private readonly controller = new AbortController();

  constructor(
    private readonly context: AppContext,
    scope: Scope,
    private readonly onDone: () => void,
  ) {
    this.enrolment = new EnrolmentClient(scope, modelsUrl());
    scope.own(() => this.controller.abort());
  }

  async make(): Promise<void> {
    this.isBusy = true;
    this.context.notices.clear();
    try {
      const parts = Object.entries(this.weights)
        .filter(([, weight]) => weight > 0)
        .map(([voiceId, weight]) => ({ voiceId, weight }));
      const made = await this.enrolment.blend({
        about: newAbout(this.name.trim(), this.languageOf(parts)),
        maker: this.maker.trim(),
        parts,
        controls: { pitchSt: this.pitchSt, size: this.size, breath: this.breath },
      });
      const file = new Blob([await finishVoice(this.context.converter, made, this.controller.signal)]);
      await saveVoice(file, await readVoiceFile(file, new Set()));
      this.context.notices.announce(`${this.name} is made and kept on this device.`);
      this.weights = {};
      this.name = '';
      this.onDone();
    } catch (error) {
      this.context.notices.fail(error);
    } finally {
      this.isBusy = false;
    }
  }

  /** The language that all parents share; empty where they speak different ones. */
  private languageOf(parts: { voiceId: string }[]): string {
    const voices = this.context.converter.status?.voices ?? [];
    const languages = parts.map(({ voiceId }) => voices.find(({ id }) => id === voiceId)?.language ?? '');
    return new Set(languages).size === 1 ? languages[0]! : '';
  }
}
