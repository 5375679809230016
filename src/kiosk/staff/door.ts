import type { Scope } from '../../services/scope';

/** How long the corner is held. */
const HOLD_MS = 5000;
/** Side of the square in the corner, in CSS pixels. */
const CORNER_PX = 120;

/**
 * Opens the staff panel: a finger or the mouse held for 5 s in the corner where lines of text begin, at the top; or
 * Ctrl + Alt + Shift + S.
 */
export function watchDoor(scope: Scope, open: () => void): void {
  let stopWaiting: (() => void) | undefined;
  const cancel = () => {
    stopWaiting?.();
    stopWaiting = undefined;
  };
  scope.on(window, 'pointerdown', (event) => {
    cancel();
    if (!isCorner(event)) return;
    stopWaiting = scope.timeout(() => {
      stopWaiting = undefined;
      open();
    }, HOLD_MS);
  });
  scope.on(window, 'pointermove', (event) => {
    if (!isCorner(event)) cancel();
  });
  scope.on(window, 'pointerup', cancel);
  scope.on(window, 'pointercancel', cancel);
  // A long press would else open a menu, which ends the hold.
  scope.on(window, 'contextmenu', (event) => {
    if (isCorner(event)) event.preventDefault();
  });
  scope.on(window, 'keydown', (event) => {
    if (!isChord(event)) return;
    event.preventDefault();
    open();
  });
}

function isCorner({ clientX, clientY }: Pick<MouseEvent, 'clientX' | 'clientY'>): boolean {
  return clientX <= CORNER_PX && clientY <= CORNER_PX;
}

/** By the place of the key: with Alt and Shift some layouts give another letter. */
function isChord(event: Pick<KeyboardEvent, 'ctrlKey' | 'altKey' | 'shiftKey' | 'code'>): boolean {
  return event.ctrlKey && event.altKey && event.shiftKey && event.code === 'KeyS';
}
