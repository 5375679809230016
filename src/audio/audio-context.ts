import { AudioError } from './errors';
import type { MicrophoneWords } from './microphone';

const START_MS = 5000;

/**
 * Resolves once the context runs.
 *
 * Rejects with AudioError `no-output` where it does not within 5 s: without a sound device Firefox 153 neither starts it nor
 * reports an error.
 */
export async function startContext(
  context: Pick<AudioContext, 'resume'>,
  { safe, again, instead }: MicrophoneWords,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AudioError(
            'no-output',
            `The sound of this browser did not start within ${START_MS / 1000} s, perhaps because there are no speakers or headphones; ${safe}. Plug some in, then ${again}${instead}.`,
          ),
        ),
      START_MS,
    );
  });
  try {
    await Promise.race([context.resume(), late]);
  } finally {
    clearTimeout(timer);
  }
}
