import type { Scope } from '../../services/scope';

const LOOK_MS = 500;
/** So many looks at a clock that stands still. */
const PATIENCE = 6;

/** Calls `onStalled` where the sound device has something to play and its clock stands still, about which browsers report nothing. */
export function watchSound(
  scope: Scope,
  sound: { readonly clockSeconds: number | null },
  onStalled: () => void,
): void {
  let last: number | null = null;
  let still = 0;
  scope.interval(() => {
    const now = sound.clockSeconds;
    still = now !== null && now === last ? still + 1 : 0;
    last = now;
    if (still < PATIENCE) return;
    still = 0;
    onStalled();
  }, LOOK_MS);
}
