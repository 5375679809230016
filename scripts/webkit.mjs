// Drives the built app in WebKitGTK's MiniBrowser through the main jobs of Studio, Live and Detect.
import { runAlone } from './browsers/run.mjs';
import { runWebkit } from './browsers/webkit.mjs';

await runAlone('WebKit', runWebkit);
