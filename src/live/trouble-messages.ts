import type { Trouble } from '../realtime/session/live-watch';

/** What the user is told of a fault; the others need no words. */
export const TROUBLE_MESSAGES: Partial<Record<Trouble, string>> = {
  'microphone-lost':
    'The microphone stopped, perhaps because it was unplugged. Until there is one again, nobody hears anything. Plug it in or choose another one; the session then continues by itself.',
  'microphone-changed': 'The microphone has changed, so it was opened again.',
  'context-lost': 'The sound device has changed, so it was opened again.',
  'worker-lost':
    'The conversion worker of this page stopped, perhaps because memory ran out. It was restarted; your takes are safe.',
};
