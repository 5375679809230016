import { m } from '../text/messages';
import { quantity } from '../text/format';
import { AudioError } from './errors';
import { adviceFor, type Purpose } from './microphone';

const START_MS = 5000;

/**
 * Resolves once the context runs.
 *
 * Rejects with AudioError `no-output` where it does not within 5 s: without a sound device Firefox 153 neither starts it nor
 * reports an error.
 */
export async function startContext(context: Pick<AudioContext, 'resume'>, purpose: Purpose): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AudioError(
            'no-output',
            m.audio_no_output({ time: quantity(START_MS / 1000, 'second'), ...adviceFor(purpose) }),
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
