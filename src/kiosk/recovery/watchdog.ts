import { listDevices } from '../../audio/microphone';
import type { ConversionClient } from '../../services/conversion-client.svelte';
import { modelsUrl } from '../../services/models-url';
import { isCancelled } from '../../services/messages';
import type { Scope } from '../../services/scope';
import { missingFiles, restoreFiles } from '../../store/device/health';
import type { Screen } from '../visit.svelte';
import type { Fault } from './faults';

const SECOND_MS = 1000;
const WORKER_MS = 5000;
/** Hearing up to 15 s of speech occupies the worker for about as long on a processor that converts no faster than real time. */
const WORKER_REPLY_MS = 20_000;
const DEVICES_MS = 10_000;
const STORAGE_MS = 60_000;
/** By how much the clocks of the device and of the page may part within a second. */
const CLOCK_MS = 5000;

export interface Watched {
  readonly visit: { readonly isOn: boolean; readonly screen: Screen };
  /** `isQuiet`: nobody notices it yet. */
  report: (fault: Fault, error: unknown, isQuiet: boolean) => void;
  /** A fault that stops nothing, and is put right meanwhile. */
  note: (fault: Fault, error: unknown) => void;
  /** Whether the networks of the ear were on the device. */
  hasEar: () => boolean;
}

/** Looks for what has stopped working before a visitor needs it. Nothing of it requests anything from a network during a visit. */
export function watchKiosk(
  scope: Scope,
  converter: Pick<ConversionClient, 'check' | 'hasLostGpu'>,
  watched: Watched,
): void {
  const { visit, report } = watched;
  const everyMs = (ms: number, look: () => Promise<void>) => {
    let isLooking = false;
    scope.interval(() => {
      if (isLooking) return;
      isLooking = true;
      void look().finally(() => (isLooking = false));
    }, ms);
  };
  everyMs(WORKER_MS, async () => {
    try {
      await converter.check(WORKER_REPLY_MS);
    } catch (error) {
      if (!isCancelled(error) && !scope.isEnded)
        report('worker', error, visit.isOn && visit.screen !== 'converting');
    }
  });
  everyMs(DEVICES_MS, async () => {
    if (visit.isOn) return;
    if (converter.hasLostGpu) report('gpu', { name: 'gpu-lost' }, false);
    const microphones = await listDevices('audioinput').catch(() => []);
    if (microphones.length === 0 && !scope.isEnded)
      report('microphone', { name: 'no-microphone' }, visit.isOn);
  });
  watchStorage(everyMs, watched);
  watchClock(scope, watched);
}

/** What is missing on the device is in the memory of the worker still, so that visits go on; but the next start would need it. */
function watchStorage(
  everyMs: (ms: number, look: () => Promise<void>) => void,
  { visit, note, hasEar }: Watched,
): void {
  let isMissing = false;
  everyMs(STORAGE_MS, async () => {
    if (visit.isOn) return;
    try {
      const was = isMissing;
      isMissing = (await missingFiles(modelsUrl(), hasEar())).length > 0;
      if (!isMissing) return;
      if (!was) note('storage', { name: 'evicted' });
      await restoreFiles(modelsUrl());
      isMissing = false;
    } catch (error) {
      console.warn(error);
    }
  });
}

/** The clock was set, or the device slept: then the clock of the page stood still. */
function watchClock(scope: Scope, { report }: Watched): void {
  const difference = () => Date.now() - performance.now();
  let last = difference();
  scope.interval(() => {
    const now = difference();
    if (Math.abs(now - last) > CLOCK_MS) report('clock', { name: 'clock-set' }, true);
    last = now;
  }, SECOND_MS);
}
