import type { ConversionClient } from './conversion-client.svelte';
import type { Notices } from './notices.svelte';
import type { Preferences } from './preferences.svelte';
import type { Scope } from './scope';

/** What every page is given by the shell. */
export interface AppContext {
  scope: Scope;
  converter: ConversionClient;
  notices: Notices;
  preferences: Preferences;
}
