import type { LiveSession } from '../realtime/session/live-session';

/** The faults that a session must recover from, named as in `npm run soak -- --fault`. */
export type FaultKind = 'hidden' | 'sleep' | 'unplug' | 'bluetooth' | 'rate' | 'gpu' | 'thermal' | 'worker';

const HIDDEN_MS = 800;
const OTHER_RATES_HZ = [48_000, 44_100, 32_000] as const;

/**
 * Simulates a fault as closely as a page can. Only reachable with `?harness`.
 *
 * - `hidden`: the main thread blocks for HIDDEN_MS between two `visibilitychange` events, as in a background tab.
 * - `sleep`: the audio context is suspended, not by the session.
 * - `unplug`: the microphone's track ends.
 * - `bluetooth`: the track goes silent without an `ended` event and the list of devices changes.
 * - `rate`: the context closes; the next one has another sample rate.
 * - `gpu`: the next run of the networks fails as on a lost device.
 * - `thermal`: every block takes eight times as long for half a second.
 * - `worker`: the worker is terminated without an event.
 */
export async function injectFault(session: LiveSession, kind: FaultKind): Promise<void> {
  const track = session.stream?.getAudioTracks()[0];
  const context = session.graph?.context;
  switch (kind) {
    case 'hidden': {
      document.dispatchEvent(new Event('visibilitychange'));
      const untilMs = performance.now() + HIDDEN_MS;
      while (performance.now() < untilMs);
      document.dispatchEvent(new Event('visibilitychange'));
      return;
    }
    case 'sleep':
      return context?.suspend();
    case 'unplug':
      track?.stop();
      track?.dispatchEvent(new Event('ended'));
      return;
    case 'bluetooth':
      track?.stop();
      session.graph?.setMicrophone(undefined);
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
      return;
    case 'rate':
      session.sampleRateHz = OTHER_RATES_HZ.find((rateHz) => rateHz !== context?.sampleRate)!;
      return context?.close();
    case 'gpu':
      return session.api.simulate({ kind: 'gpu' });
    case 'thermal':
      return session.api.simulate({ kind: 'slow', factor: 8, seconds: 0.5 });
    case 'worker':
      session.killWorker();
  }
}
