import { m } from '../text/messages';
import type { Job, JobControl, JobProgress, Outcome } from './job.svelte';
import { isCancelled, messageOf } from './messages';
import type { Notices } from './notices.svelte';

const TEXTS = {
  opened: {
    doing: m.services_opening,
    failed: m.services_not_opened,
    done: m.services_opened_with,
  },
  added: {
    doing: m.services_cleaning,
    failed: m.services_not_added,
    done: m.services_added_with,
  },
};

export interface EachFile<P extends JobProgress> {
  job: Job<P>;
  notices: Notices;
  /** What becomes of the files. */
  done: keyof typeof TEXTS;
  /** Resolves with warnings for the user. */
  open: (file: File, control: JobControl<P>) => Promise<string[]>;
}

/**
 * Opens files one after the other in one run of the job. A file that cannot be opened does not stop the others: what was not opened and why,
 * and what is to be said about the others, is listed at the end. A cancel stops all of them.
 */
export async function openEach<P extends JobProgress>(
  files: readonly File[],
  { job, notices, done, open }: EachFile<P>,
): Promise<Outcome<void>> {
  const [first] = files;
  if (!first) return { state: 'done', value: undefined };
  const failed: { name: string; error: unknown }[] = [];
  const warnings: { name: string; text: string }[] = [];
  const texts = TEXTS[done];
  const outcome = await job.run(
    () => texts.doing({ name: first.name }),
    async (control) => {
      for (const file of files) {
        control.begin(() => texts.doing({ name: file.name }));
        try {
          for (const text of await open(file, control)) warnings.push({ name: file.name, text });
        } catch (error) {
          if (control.signal.aborted || isCancelled(error)) throw error;
          failed.push({ name: file.name, error });
        }
      }
    },
  );
  if (files.length === 1) {
    for (const { error } of failed) notices.fail(error);
    for (const { text } of warnings) notices.warn(text);
    return failed.length > 0 ? { state: 'failed' } : outcome;
  }
  const about = (name: string, text: string) => m.services_about_file({ name, text });
  if (failed.length > 0) {
    notices.warn(texts.failed({ failed: failed.length, total: files.length }), {
      items: failed.map(({ name, error }) => about(name, messageOf(error))),
    });
  }
  if (warnings.length > 0) {
    notices.warn(texts.done(), {
      items: warnings.map(({ name, text }) => (text.startsWith(name) ? text : about(name, text))),
    });
  }
  return outcome;
}
