import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import type { Scope } from '../services/scope';
import { AbPlayer } from '../audio/ab-player';
import { decodeFile } from '../audio/decode';
import { readVoiceFile, type VoiceFile } from '../files/voice-file';
import { requirePermission } from '../provenance';
import { messageOf } from '../services/messages';
import { abandonedDrafts, adopt, deleteDraft } from '../store/drafts';
import { listEnrolments, deleteEnrolment } from '../store/enrolments';
import type { DraftRow, EnrolmentRow, VoiceRow } from '../store/rows';
import { forgetOne, noticeEviction, storageState, type StorageState } from '../store/space';
import { onChanged } from '../store/changes';
import { firstSigner } from '../store/signers';
import {
  deleteVoice,
  listVoices,
  ownSigner,
  readVoice,
  revoked,
  revokedIds,
  revokeVoice,
  saveVoice,
} from '../store/voices';
import { downloadDocument } from '../export/deliver';

/** An opened voice file, before the user confirms the import. */
export interface PendingVoice {
  file: Blob;
  voice: VoiceFile;
  /** A voice with the same id is already on this device. */
  replaces: boolean;
  /** Public key of the first signer of this id, if it is another one. */
  otherSigner: string | null;
}

/** The voices on this device, unfinished enrolments, and the voice file being imported. */
export class VoiceLibrary {
  voices = $state.raw<VoiceRow[]>([]);
  /** Number of voices whose rows cannot be read. */
  damaged = $state(0);
  unfinished = $state.raw<EnrolmentRow[]>([]);
  /** Recordings for unfinished voices that are not part of them yet. */
  drafts = $state.raw<DraftRow[]>([]);
  /** Ids of the voices that are revoked. */
  revoked = $state.raw<ReadonlySet<string>>(new Set());
  /** Public key of this browser, hex. */
  ownSigner = $state.raw<string | null>(null);
  storage = $state.raw<StorageState | null>(null);
  pending = $state.raw<PendingVoice | null>(null);
  playing = $state<string | null>(null);
  private readonly player = new AbPlayer(() => (this.playing = null));
  /** Voice files that wait for the one before to be imported or declined, and those that could not be opened. */
  private waiting: File[] = [];
  private failed: string[] = [];

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    scope.own(onChanged('voices', () => void this.refresh()));
    scope.own(onChanged('enrolments', () => void this.listUnfinished()));
    scope.own(() => this.player.close());
    void this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const [{ voices, damaged }, unfinished, drafts, storage] = await Promise.all([
        listVoices(),
        listEnrolments(),
        abandonedDrafts('enrolments'),
        storageState(),
      ]);
      const revoked = await revokedIds(voices);
      const signer = await ownSigner();
      Object.assign(this, { voices, damaged, unfinished, drafts, revoked, storage, ownSigner: signer });
      const isHeard = voices.some(({ id }) => id === this.playing && !revoked.has(id));
      if (this.playing !== null && !isHeard) this.stop();
      const gone = noticeEviction(voices.length + damaged);
      if (gone > 0) {
        this.context.notices.warn(() => m.voices_evicted({ count: gone }));
      }
      await this.context.converter.refreshVoices();
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  /** Reads voice files and shows the content of one after the other. Nothing is stored before `accept`. */
  async open(...files: File[]): Promise<void> {
    const [only] = files;
    if (only && files.length === 1 && !this.pending) {
      await this.attempt(async () => void (this.pending = await this.read(only)));
    } else {
      this.waiting.push(...files);
      await this.openNext();
    }
  }

  async accept(): Promise<void> {
    const { pending } = this;
    if (!pending) return;
    this.pending = null;
    await this.attempt(async () => {
      await saveVoice(pending.file, pending.voice);
      const { name } = pending.voice.about;
      this.context.notices.announce(() => m.voices_saved({ name }));
    });
    await this.openNext();
  }

  /** Imports nothing of the opened file. */
  async decline(): Promise<void> {
    if (!this.pending) return;
    this.pending = null;
    await this.openNext();
  }

  /** Downloads the voice as a file, if its record allows that. */
  async download(row: VoiceRow): Promise<void> {
    await this.attempt(async () => {
      const file = await readVoice(row.id);
      if (!file) return;
      const { sealed, data } = await readVoiceFile(file);
      requirePermission(sealed, 'export', { revoked: await revoked(), data });
      await downloadDocument(file, `${row.name.replace(/[^\p{L}\p{N}]+/gu, '-')}.understudy`, this.scope);
    });
  }

  async remove(row: VoiceRow): Promise<void> {
    await this.attempt(async () => {
      forgetOne();
      await deleteVoice(row.id);
    });
  }

  async revoke(row: VoiceRow): Promise<void> {
    await this.attempt(() => revokeVoice(row, m.voices_revoked_here()));
  }

  async discardDraft(draft: DraftRow): Promise<void> {
    await this.attempt(async () => void (await adopt(draft, () => deleteDraft(draft))));
  }

  async discard(row: EnrolmentRow): Promise<void> {
    await this.attempt(async () => void (await deleteEnrolment(row.id)));
  }

  /** Plays the preview in the voice's file. */
  async preview(row: VoiceRow): Promise<void> {
    const wasPlaying = this.playing === row.id;
    this.stop();
    if (wasPlaying) return;
    await this.attempt(async () => {
      const file = await readVoice(row.id);
      const voice = file && (await readVoiceFile(file));
      if (!voice?.preview) return;
      requirePermission(voice.sealed, 'preview', { revoked: await revoked(), data: voice.data });
      this.player.setTracks(await decodeFile(new Blob([voice.preview]), 'preview.wav'), undefined);
      this.playing = row.id;
      await this.player.play();
    });
  }

  stop(): void {
    this.player.pause();
    this.playing = null;
  }

  /** Opens the files that wait until one can be shown. Those that could not be opened are listed at the end. */
  private async openNext(): Promise<void> {
    while (!this.pending && this.waiting.length > 0) {
      const file = this.waiting.shift()!;
      try {
        this.pending = await this.read(file);
      } catch (error) {
        this.failed.push(m.services_about_file({ name: file.name, text: messageOf(error) }));
      }
    }
    if (this.pending || this.failed.length === 0) return;
    this.context.notices.warn(m.voices_files_failed, {
      items: this.failed.splice(0),
    });
  }

  private async listUnfinished(): Promise<void> {
    try {
      this.unfinished = await listEnrolments();
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  private async read(file: File): Promise<PendingVoice> {
    const voice = await readVoiceFile(file);
    const { data, sealed, signer } = voice;
    requirePermission(sealed, 'import', { revoked: await revoked(), data });
    const replaces = this.voices.some((row) => row.id === voice.about.id);
    const first = await firstSigner(voice.about.id);
    return { file, voice, replaces, otherSigner: first !== undefined && first !== signer ? first : null };
  }

  private async attempt(task: () => Promise<void>): Promise<void> {
    this.context.notices.clear();
    try {
      await task();
    } catch (error) {
      this.context.notices.fail(error);
    }
    await this.refresh();
  }
}
