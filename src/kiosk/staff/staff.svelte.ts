import { downloadDocument } from '../../export/deliver';
import { ExhibitError, faultWithPlace } from '../../files/exhibit';
import { m } from '../../text/messages';
import type { AppContext } from '../../services/context';
import { downloadExhibit } from '../../services/exhibit/file';
import { exhibitUrl } from '../../services/exhibit/url';
import { messageOf } from '../../services/messages';
import type { Scope } from '../../services/scope';
import { onChanged } from '../../store/changes';
import { countersCsv, readCounters, resetCounters, type Counters } from '../../store/device/counters';
import type { RefusedVoice } from '../../store/device/enrolled-voices';
import {
  exhibitInUse,
  importExhibit,
  setVolume,
  undoExhibit,
  type ExhibitInUse,
} from '../../store/device/exhibit';
import { forgetProblems, readProblems, type Problems } from '../../store/device/problems';
import { checksOf } from './checks';
import { SelfTest } from './self-test.svelte';

/** What the staff see and change behind the PIN. */
export class Staff {
  inUse = $state.raw<ExhibitInUse | null>(null);
  counters = $state.raw<Counters | null>(null);
  problems = $state.raw<Problems>([]);
  /** What came of the last thing done. */
  message = $state('');
  refused = $state.raw<RefusedVoice[]>([]);
  readonly test: SelfTest;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    this.test = new SelfTest(scope);
    scope.own(onChanged('exhibit', () => void this.refresh()));
    void this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      this.inUse = await exhibitInUse(exhibitUrl());
      this.counters = await readCounters();
      this.problems = await readProblems();
    } catch (error) {
      this.message = messageOf(error);
    }
  }

  async runTest(): Promise<void> {
    const { converter, preferences } = this.context;
    const voices = (await converter.load().catch(() => undefined))?.voices ?? [];
    const voiceId = this.inUse?.exhibit.voices.find(({ id }) => voices.some((voice) => voice.id === id))?.id;
    const { scope } = this;
    await this.test.run(checksOf({ scope, converter, deviceId: preferences.deviceId, voiceId }));
  }

  async resetCounters(): Promise<void> {
    await this.attempt(resetCounters);
  }

  async forgetProblems(): Promise<void> {
    await this.attempt(forgetProblems);
  }

  async saveCounters(): Promise<void> {
    await this.attempt(async () => {
      const csv = countersCsv(await readCounters(), Date.now());
      const day = new Date().toISOString().slice(0, 10);
      await downloadDocument(
        new Blob([csv], { type: 'text/csv' }),
        `understudy-counters-${day}.csv`,
        this.scope,
      );
    });
  }

  async setVolume(volume: number): Promise<void> {
    await this.attempt(() => setVolume(volume));
  }

  async import(file: Blob): Promise<void> {
    await this.attempt(async () => {
      try {
        const { refused } = await importExhibit(await file.text());
        this.refused = refused;
        await this.context.converter.refreshVoices();
        this.message = m.curator_used();
      } catch (error) {
        if (!(error instanceof ExhibitError)) throw error;
        this.message = `${m.curator_not_opened()} ${faultWithPlace(error)}`;
      }
    });
  }

  async save(): Promise<void> {
    await this.attempt(async () => {
      const { exhibit } = await exhibitInUse(exhibitUrl());
      this.refused = await downloadExhibit(exhibit, this.scope);
    });
  }

  async undo(): Promise<void> {
    await this.attempt(undoExhibit);
  }

  private async attempt(task: () => Promise<void>): Promise<void> {
    this.message = '';
    this.refused = [];
    try {
      await task();
    } catch (error) {
      this.message = messageOf(error);
    }
    await this.refresh();
  }
}
