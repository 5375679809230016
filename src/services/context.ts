import type { Engine } from './conversion-client.svelte';
import type { Notices } from './notices.svelte';
import type { Preferences } from './preferences.svelte';
import type { Scope } from './scope';

/** What every room is given by the shell. */
export interface AppContext {
  scope: Scope;
  engine: Engine;
  notices: Notices;
  preferences: Preferences;
}
