import type { Job, JobControl, JobProgress, Outcome } from './job.svelte';
import { isCancelled, messageOf } from './messages';
import type { Notices } from './notices.svelte';

export interface EachFile<P extends JobProgress> {
  job: Job<P>;
  notices: Notices;
  /** "Opening", before the name of a file. */
  doing: string;
  /** "opened", in "2 of 50 files were not opened". */
  done: string;
  /** Resolves with warnings for the user. */
  open: (file: File, control: JobControl<P>) => Promise<string[]>;
}

/**
 * Opens files one after the other in one run of the job. A file that cannot be opened does not stop the others: what was not opened and why,
 * and what is to be said about the others, is listed at the end. A cancel stops all of them.
 */
export async function openEach<P extends JobProgress>(
  files: readonly File[],
  { job, notices, doing, done, open }: EachFile<P>,
): Promise<Outcome<void>> {
  const [first] = files;
  if (!first) return { state: 'done', value: undefined };
  const failed: { name: string; error: unknown }[] = [];
  const warnings: { name: string; text: string }[] = [];
  const outcome = await job.run(`${doing} ${first.name}`, async (control) => {
    for (const file of files) {
      control.begin(`${doing} ${file.name}`);
      try {
        for (const text of await open(file, control)) warnings.push({ name: file.name, text });
      } catch (error) {
        if (control.signal.aborted || isCancelled(error)) throw error;
        failed.push({ name: file.name, error });
      }
    }
  });
  if (files.length === 1) {
    for (const { error } of failed) notices.fail(error);
    for (const { text } of warnings) notices.warn(text);
    return failed.length > 0 ? { state: 'failed' } : outcome;
  }
  if (failed.length > 0) {
    notices.warn(
      `${failed.length} of ${files.length} files could not be ${done}. The others were; these are unchanged:`,
      {
        items: failed.map(({ name, error }) => `${name}: ${messageOf(error)}`),
      },
    );
  }
  if (warnings.length > 0) {
    notices.warn(`Of the files that were ${done}:`, {
      items: warnings.map(({ name, text }) => (text.startsWith(name) ? text : `${name}: ${text}`)),
    });
  }
  return outcome;
}
