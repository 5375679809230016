import { DEFAULT_EXHIBIT, ExhibitError, type Exhibit } from '../files/exhibit';
import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { downloadExhibit } from '../services/exhibit/file';
import { exhibitUrl } from '../services/exhibit/url';
import type { Scope } from '../services/scope';
import { onChanged } from '../store/changes';
import type { RefusedVoice } from '../store/device/enrolled-voices';
import {
  exhibitInUse,
  forgetExhibit,
  importExhibit,
  readDraft,
  undoExhibit,
  useExhibit,
  writeDraft,
  type ExhibitInUse,
} from '../store/device/exhibit';
import { faultOf, tidied, untranslated } from './edit';

/** Typing is kept this long after the last key. */
const DRAFT_MS = 400;

/** Voices that did not come with a file, or are not in one. */
export interface LeftOut {
  is: 'imported' | 'saved';
  refused: RefusedVoice[];
}

/** The exhibit that a curator edits. What is changed is kept as a draft until it is used on this device or discarded. */
export class Curator {
  exhibit = $state.raw<Exhibit>(DEFAULT_EXHIBIT);
  inUse = $state.raw<ExhibitInUse | null>(null);
  isChanged = $state(false);
  /** Whether the draft is stored as it is shown. */
  isKept = $state(true);
  /** What was wrong with the file that was opened last. */
  fault = $state.raw<ExhibitError | null>(null);
  leftOut = $state.raw<LeftOut | null>(null);
  readonly problem = $derived(faultOf(this.exhibit));
  readonly untranslated = $derived(untranslated(this.exhibit));
  private stopSaving: (() => void) | undefined;

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    scope.own(onChanged('exhibit', () => void this.refresh()));
    const keep = () => {
      if (this.stopSaving) void this.saveDraft();
    };
    scope.on(window, 'pagehide', keep);
    scope.own(keep);
    void this.open();
  }

  change(part: Partial<Exhibit>): void {
    this.exhibit = { ...this.exhibit, ...part };
    this.isChanged = true;
    this.isKept = false;
    this.stopSaving?.();
    this.stopSaving = this.scope.timeout(() => void this.saveDraft(), DRAFT_MS);
  }

  /** Puts what is being edited to use on this device. */
  async use(): Promise<void> {
    await this.attempt(async () => {
      await useExhibit(tidied(this.exhibit));
      await this.forgetDraft();
      this.context.notices.announce(m.curator_used());
    });
  }

  async discard(): Promise<void> {
    await this.attempt(() => this.forgetDraft());
  }

  /** Opens an exhibit's file and puts it to use. A wrong one changes nothing. */
  async import(file: Blob): Promise<void> {
    await this.attempt(async () => {
      try {
        const { refused } = await importExhibit(await file.text());
        if (refused.length > 0) this.leftOut = { is: 'imported', refused };
        await this.forgetDraft();
        await this.context.converter.refreshVoices();
        this.context.notices.announce(m.curator_used());
      } catch (error) {
        if (!(error instanceof ExhibitError)) throw error;
        this.fault = error;
      }
    });
  }

  /** Downloads what is being edited, with the enrolled voices that may leave this device. */
  async save(): Promise<void> {
    await this.attempt(async () => {
      const refused = await downloadExhibit(tidied(this.exhibit), this.scope);
      if (refused.length > 0) this.leftOut = { is: 'saved', refused };
    });
  }

  async undo(): Promise<void> {
    await this.attempt(async () => {
      await undoExhibit();
      await this.forgetDraft();
    });
  }

  async forget(): Promise<void> {
    await this.attempt(async () => {
      await forgetExhibit();
      await this.forgetDraft();
    });
  }

  /** Stores the draft at once, for the preview. */
  async saveDraft(): Promise<void> {
    this.stopSaving?.();
    this.stopSaving = undefined;
    const saved = this.exhibit;
    try {
      await writeDraft(saved);
      this.isKept = this.exhibit === saved;
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  private async open(): Promise<void> {
    await this.attempt(async () => {
      const draft = await readDraft();
      if (draft && !this.isChanged) {
        this.exhibit = draft;
        this.isChanged = true;
      }
    });
  }

  private async forgetDraft(): Promise<void> {
    this.stopSaving?.();
    this.stopSaving = undefined;
    await writeDraft(undefined);
    this.isChanged = false;
    this.isKept = true;
  }

  private async refresh(): Promise<void> {
    this.inUse = await exhibitInUse(exhibitUrl());
    if (!this.isChanged) this.exhibit = this.inUse.exhibit;
  }

  private async attempt(task: () => Promise<void>): Promise<void> {
    this.context.notices.clear();
    this.fault = null;
    this.leftOut = null;
    try {
      await task();
      await this.refresh();
    } catch (error) {
      this.context.notices.fail(error);
    }
  }
}
