import { expose, transfer } from 'comlink';
import { Converter } from '../engine/converter';
import { openEar } from '../engine/backends/ort';
import { browserOpeners } from '../engine/backends/runtime';
import type { ConversionApi } from '../engine/types';
import { openLibrary } from '../store/library';
import { followPageLanguage } from '../text/worker-language';

const converter = new Converter(openLibrary, browserOpeners, openEar);

const api: ConversionApi = {
  load: (options, onProgress) => converter.load(options, onProgress),
  cancel: (jobId) => converter.cancel(jobId),
  ping: () => converter.ping(),
  listVoices: () => converter.listVoices(),
  openVoiceFile: (file) => converter.openVoiceFile(file),
  openVoiceDraft: (draft) => converter.openVoiceDraft(draft),
  async convert(...job) {
    const result = await converter.convert(...job);
    return transfer(result, [result.samples.buffer]);
  },
};

followPageLanguage();
expose(api);
