// Drives the built app in Firefox ESR through the main jobs of Studio, Live and Detect.
import { runFirefox } from './browsers/firefox.mjs';
import { runAlone } from './browsers/run.mjs';

await runAlone('Firefox', runFirefox);
