import { m } from '../text/messages';
import type { AppContext } from '../services/context';
import { Job } from '../services/job.svelte';
import { detect } from '../services/detection-client';
import { findVoice } from '../services/find-voice';
import type { Scope } from '../services/scope';
import { planArchive, silenced, type Plan } from '../archive/plan';
import { openArchive } from '../archive/read';
import { restoreArchive } from '../archive/restore';
import { writeArchive, type LeftOut } from '../archive/write';
import { progressReporter } from '../enrol/progress';
import { downloadDocument } from '../export/deliver';
import { saveScores } from '../store/quiz';
import { askToPersist } from '../store/takes';
import { listOwnVoices, ownSigner } from '../store/voices';
import { voiceName } from '../ui/voice-words';

/** An opened archive, before the user confirms the import. */
export interface PendingArchive {
  fileName: string;
  plan: Plan;
  /** Names of voices on this device whose consent was revoked on the other device. */
  silenced: string[];
  /** Public key of this browser, hex. */
  ownSigner: string | null;
}

/** Saves everything on this device as one file, and imports such files. */
export class Archiving {
  readonly job: Job;
  pending = $state.raw<PendingArchive | null>(null);
  /** What is missing from the archive that was saved last, and why. */
  leftOut = $state.raw<LeftOut[]>([]);

  constructor(
    private readonly context: AppContext,
    private readonly scope: Scope,
    private readonly onDone: () => void,
  ) {
    this.job = new Job(scope, context.notices);
  }

  async save(): Promise<void> {
    await this.job.run(m.voices_job_archive, async ({ signal, onProgress }) => {
      this.leftOut = [];
      const { file, fileName, leftOut } = await writeArchive({
        signal,
        onProgress: progressReporter(onProgress),
        // Without the published voices, what the takes themselves say of their voices is checked.
        voiceOf: (id) => this.voiceOf(id).catch(() => null),
      });
      await downloadDocument(file, fileName, this.scope);
      this.leftOut = leftOut;
      this.context.notices.announce(() => m.voices_archive_saved({ name: fileName }));
    });
  }

  /** Reads an archive and shows its content. Nothing is stored before `accept`. */
  async open(file: File): Promise<void> {
    await this.job.run(
      () => m.services_opening({ name: file.name }),
      async ({ signal }) => {
        const plan = await planArchive(await openArchive(file), {
          signal,
          voiceOf: (id) => this.voiceOf(id),
        });
        const published = this.context.converter.status?.voices.filter((voice) => !voice.isOwn) ?? [];
        const here = [...(await listOwnVoices()), ...published].filter(({ isRevoked }) => !isRevoked);
        this.pending = {
          fileName: file.name,
          plan,
          silenced: silenced(
            plan,
            here.map((voice) => ({ ...voice, name: voiceName(voice) })),
          ),
          ownSigner: await ownSigner(),
        };
      },
    );
  }

  async accept(withSettings: boolean): Promise<void> {
    const { pending } = this;
    if (!pending) return;
    this.pending = null;
    const name = pending.fileName;
    await this.job.run(
      () => m.voices_job_import({ name }),
      async ({ signal, onProgress }) => {
        const unsealed = await restoreArchive(pending.plan, {
          signal,
          onProgress: progressReporter(onProgress),
          readMark: (samples, sampleRateHz, options) =>
            detect(this.scope, samples.slice(), sampleRateHz, options.onProgress, signal),
        });
        const { settings, scores } = pending.plan.archive.manifest;
        if (withSettings) {
          this.context.preferences.adopt(settings);
          saveScores(scores);
        }
        this.context.notices.announce(() => m.voices_archive_imported({ name }));
        if (unsealed.length > 0) {
          this.context.notices.warn(m.voices_archive_unsealed, {
            items: unsealed.map((each) => () => m.services_about_file({ name: each.name, text: each.why })),
          });
        }
        void askToPersist();
      },
    );
    this.onDone();
  }

  private voiceOf(id: string) {
    return findVoice(this.context.converter, id);
  }
}
