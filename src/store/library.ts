import type { Library } from '../engine/converter';
import type { EnrolmentLibrary } from '../enrol/jobs';
import { PublishedFiles } from '../files/published';
import { VoiceCatalogue, type OwnVoices } from '../files/voice-catalogue';
import { ModelStore } from './models';
import { listOwnVoices, readVoice, revoked } from './voices';

const ownVoices: OwnVoices = {
  // Where the browser keeps nothing, there are no voices of one's own; the published ones work.
  list: () => listOwnVoices().catch(() => []),
  read: readVoice,
  revoked,
};

/** What the converter reads from this device: what is published, and what the user has made or brought. */
export async function openLibrary(): Promise<Library> {
  const models = await ModelStore.open();
  return {
    async load(options) {
      const { manifest, files } = await models.load(options);
      const published = new PublishedFiles(manifest, files);
      return {
        networks: { content: published.network('content'), generator: published.network('generator') },
        voices: new VoiceCatalogue(options.baseUrl, published, ownVoices),
      };
    },
    readNote: (key) => models.readNote(key),
    writeNote: (key, value) => models.writeNote(key, value),
  };
}

/** What making voices reads from this device. */
export const enrolmentLibrary: EnrolmentLibrary = {
  async load(baseUrl) {
    const { manifest, files } = await (await ModelStore.open()).load({ baseUrl });
    const published = new PublishedFiles(manifest, files);
    return {
      networks: {
        content: published.network('content'),
        generator: published.network('generator'),
        speaker: published.network('speaker'),
        restorer: published.network('restorer'),
      },
      wordExamples: published.wordExamples,
      voices: new VoiceCatalogue(baseUrl, published, ownVoices),
    };
  },
  revoked,
};
