import { expose } from 'comlink';
import { openLink, type LiveEnds } from '../realtime/live-link';
import { Converter } from '../engine/converter';
import { Live } from '../realtime/worker/live';
import type { LiveApi } from '../realtime/live-types';
import { browserOpeners } from '../engine/backends/runtime';
import { openLibrary } from '../store/library';
import { followPageLanguage } from '../text/worker-language';

const live = new Live(new Converter(openLibrary, browserOpeners));

const api: LiveApi<LiveEnds> = {
  load: (options, onProgress) => live.load(options, onProgress),
  start: (ends, ...rest) => live.start(openLink(ends), ...rest),
  adjust: (settings) => live.adjust(settings),
  listVoices: () => live.listVoices(),
  calibrate: (seconds) => live.calibrate(seconds),
  record: (port) => live.record(port),
  endRecording: () => live.endRecording(),
  profile: () => live.profile(),
  stop: () => live.stop(),
  simulate: (fault) => live.simulate(fault),
};

followPageLanguage();
expose(api);
