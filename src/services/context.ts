import type { ConversionClient } from './conversion-client.svelte';
import type { Ear } from './ear.svelte';
import type { Notices } from './notices.svelte';
import type { Preferences } from './preferences.svelte';
import type { Scope } from './scope';
import type { Work } from './work.svelte';

/** What the shell passes to every page. */
export interface AppContext {
  scope: Scope;
  converter: ConversionClient;
  ear: Ear;
  notices: Notices;
  preferences: Preferences;
  work: Work;
}
