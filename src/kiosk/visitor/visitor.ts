import type { Scope } from '../../services/scope';
import type { KioskMicrophone } from '../kiosk-microphone.svelte';
import type { Souvenir } from './souvenir.svelte';
import type { VisitorSound } from '../visitor-sound.svelte';

/** What belongs to one visitor, all of it owned by one scope. */
export interface Visitor {
  scope: Scope;
  sound: VisitorSound;
  souvenir: Souvenir;
  microphone: KioskMicrophone;
}

const STEP = 0.1;
const LEAST = 0.1;

/** One step up or down from `volume`, at most `ceiling`. All 0..1. */
export function nextVolume(volume: number, ceiling: number, up: boolean): number {
  const next = volume + (up ? STEP : -STEP);
  return Math.max(Math.min(LEAST, ceiling), Math.min(ceiling, next));
}
