import { m } from '../text/messages';
import type { Trouble } from '../realtime/session/live-watch';

/** What the user is told of a fault; the others need no words. */
export const TROUBLE_MESSAGES: Partial<Record<Trouble, () => string>> = {
  'microphone-lost': m.live_trouble_microphone_lost,
  'microphone-changed': m.live_trouble_microphone_changed,
  'context-lost': m.live_trouble_context_lost,
  'worker-lost': m.live_trouble_worker_lost,
};
