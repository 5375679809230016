import type { Scope } from '../services/scope';

export const ROOMS = [
  { id: 'studio', label: 'Studio' },
  { id: 'live', label: 'Live' },
  { id: 'voices', label: 'Voices' },
  { id: 'detect', label: 'Detect' },
  { id: 'learn', label: 'Learn' },
] as const;

export type RoomId = (typeof ROOMS)[number]['id'];

/** The room that the address names: `#/studio` and the like; the studio where it names none. */
export class Route {
  room = $state<RoomId>(read());

  constructor(scope: Scope) {
    scope.on(window, 'hashchange', () => (this.room = read()));
  }
}

function read(): RoomId {
  const name = location.hash.replace(/^#\/?/, '').split(/[/?]/)[0];
  return ROOMS.find((room) => room.id === name)?.id ?? 'studio';
}
