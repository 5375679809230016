import type { AppContext } from '../services/context';
import type { Scope } from '../services/scope';
import { AbPlayer } from '../audio/ab-player';
import { decodeFile } from '../audio/decode';
import { readVoiceFile, type VoiceFile } from '../files/voice-file';
import { requirePermission } from '../provenance';
import { listEnrolments, deleteEnrolment } from '../store/enrolments';
import type { EnrolmentRow, VoiceRow } from '../store/rows';
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
  /** Ids of the voices that are revoked. */
  revoked = $state.raw<ReadonlySet<string>>(new Set());
  /** Public key of this browser, hex. */
  ownSigner = $state.raw<string | null>(null);
  storage = $state.raw<StorageState | null>(null);
  pending = $state.raw<PendingVoice | null>(null);
  playing = $state<string | null>(null);
  private readonly player = new AbPlayer(() => (this.playing = null));

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
  ) {
    scope.own(onChanged('voices', () => void this.refresh()));
    scope.own(() => this.player.close());
    void this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const [{ voices, damaged }, unfinished, storage] = await Promise.all([
        listVoices(),
        listEnrolments(),
        storageState(),
      ]);
      const revoked = await revokedIds(voices);
      const signer = await ownSigner();
      Object.assign(this, { voices, damaged, unfinished, revoked, storage, ownSigner: signer });
      const isHeard = voices.some(({ id }) => id === this.playing && !revoked.has(id));
      if (this.playing !== null && !isHeard) this.stop();
      const gone = noticeEviction(voices.length + damaged);
      if (gone > 0) {
        this.context.notices.warn(
          `This browser has deleted ${gone === 1 ? 'a voice' : `${gone} voices`} saved here, as browsers do when the device runs low on space. Import the voice files you saved, or make the voices again. To prevent this, ask the browser below to keep everything.`,
        );
      }
      await this.context.converter.refreshVoices();
    } catch (error) {
      this.context.notices.fail(error);
    }
  }

  /** Reads a voice file and shows its content. Nothing is stored before `accept`. */
  async open(file: File): Promise<void> {
    await this.attempt(async () => {
      const voice = await readVoiceFile(file);
      const { data, sealed, signer } = voice;
      requirePermission(sealed, 'import', { revoked: await revoked(), data });
      const replaces = this.voices.some((row) => row.id === voice.about.id);
      const first = await firstSigner(voice.about.id);
      const otherSigner = first !== undefined && first !== signer ? first : null;
      this.pending = { file, voice, replaces, otherSigner };
    });
  }

  async accept(): Promise<void> {
    const { pending } = this;
    if (!pending) return;
    await this.attempt(async () => {
      await saveVoice(pending.file, pending.voice);
      this.pending = null;
      this.context.notices.announce(`${pending.voice.about.name} is saved on this device.`);
    });
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
      await deleteVoice(row.id);
      forgetOne(this.voices.length - 1);
    });
  }

  async revoke(row: VoiceRow): Promise<void> {
    await this.attempt(() => revokeVoice(row, 'Revoked on this device.'));
  }

  async discard(row: EnrolmentRow): Promise<void> {
    await this.attempt(() => deleteEnrolment(row.id));
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

  private stop(): void {
    this.player.pause();
    this.playing = null;
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
