import type { Scope } from '../../services/scope';
import type { TrackPlayer } from '../track-player.svelte';

const USES_SPACE =
  'a, button, input, select, textarea, summary, [contenteditable], [role=radio], [role=dialog], [role=alertdialog]';

/** Space plays and pauses wherever the element in focus has no use for it, and in elements with `data-space-plays`. */
export function spacePlays(scope: Scope, player: TrackPlayer): void {
  scope.on(window, 'keydown', (event) => {
    if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element | null;
    const isFree = target?.closest('[data-space-plays]') || !target?.closest(USES_SPACE);
    if (!isFree || player.duration === 0) return;
    // The page would scroll.
    event.preventDefault();
    if (!event.repeat) void player.toggle();
  });
}
