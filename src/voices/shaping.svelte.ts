import type { AppContext } from '../services/context';
import { Enroller } from '../services/enrolment-client';
import { modelsUrl } from '../services/models-url';
import type { Scope } from '../services/scope';
import { finishVoice, newAbout } from '../services/voice-maker';
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
  private readonly enroller: Enroller;
  private readonly controller = new AbortController();

  constructor(
    private readonly context: AppContext,
    scope: Scope,
    private readonly onDone: () => void,
  ) {
    this.enroller = new Enroller(scope, modelsUrl());
    scope.own(() => this.controller.abort());
  }

  async make(): Promise<void> {
    this.isBusy = true;
    this.context.notices.clear();
    try {
      const parts = Object.entries(this.weights)
        .filter(([, weight]) => weight > 0)
        .map(([voiceId, weight]) => ({ voiceId, weight }));
      const draft = await this.enroller.blend({
        about: newAbout(this.name.trim()),
        maker: this.maker.trim(),
        parts,
        controls: { pitchSt: this.pitchSt, size: this.size, breath: this.breath },
      });
      const { file, voice } = await finishVoice(this.context.engine, draft, this.controller.signal);
      await saveVoice(file, voice);
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
}
