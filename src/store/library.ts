import type { Library } from '../engine/converter';
import type { EnrolmentLibrary } from '../enrol/jobs';
import type { Manifest } from '../files/manifest';
import { PublishedFiles } from '../files/published';
import { VoiceCatalogue, type OwnVoices } from '../files/voice-catalogue';
import { readEar } from './ear';
import { onChanged } from './changes';
import { ModelStore } from './models';
import { hasVoice, listOwnVoices, readVoice, revoked } from './voices';

const ownVoices: OwnVoices = {
  // Without storage there are no voices of the user; the published ones still work.
  list: () => listOwnVoices().catch(() => []),
  read: readVoice,
  has: hasVoice,
  revoked,
  onChange: (handler) => onChanged('voices', handler),
};

/** The networks and voices that the converter reads: published ones, and those that the user has made or imported. */
export async function openLibrary(): Promise<Library> {
  const models = await ModelStore.open();
  let manifest: Manifest | undefined;
  return {
    async load(options) {
      const loaded = await models.load(options);
      manifest = loaded.manifest;
      const published = new PublishedFiles(manifest, loaded.files);
      return {
        networks: { content: published.network('content'), generator: published.network('generator') },
        voices: new VoiceCatalogue(options.baseUrl, published, ownVoices),
      };
    },
    readEar: async () => manifest && readEar(models, manifest),
    readNote: (key) => models.readNote(key),
    writeNote: (key, value) => models.writeNote(key, value),
  };
}

/** The networks, word examples and voices that enrolment reads. */
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
