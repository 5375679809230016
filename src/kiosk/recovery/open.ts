import type { ConversionClient } from '../../services/conversion-client.svelte';
import type { Scope } from '../../services/scope';
import { Recovery, type RecoveryOptions } from './recovery.svelte';
import { repairsOf, type OfGuide } from './repairs';
import { watchKiosk, type Watched } from './watchdog';

type Options = OfGuide & Pick<Watched, 'visit' | 'hasEar'> & Omit<RecoveryOptions, 'repairs'>;

/** The recovery of a kiosk, told by the watchdog what has stopped working until the scope ends. */
export function openRecovery(scope: Scope, converter: ConversionClient, options: Options): Recovery {
  const recovery = new Recovery(scope, { ...options, repairs: repairsOf(converter, options) });
  watchKiosk(scope, converter, {
    ...options,
    report: (fault, error, isQuiet) => void recovery.report(fault, error, isQuiet),
    note: (fault, error) => options.onFault(fault, error),
  });
  return recovery;
}
