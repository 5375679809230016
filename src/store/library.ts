import type { Library } from '../engine/converter';
import type { EnrolmentLibrary } from '../enrol/jobs';
import { ModelStore } from './models';
import { listOwnVoices, readVoice, revoked, signingKey } from './voices';

/** What the converter reads from this device: what is published, and what the user has made or brought. */
export async function openLibrary(): Promise<Library> {
  const models = await ModelStore.open();
  return {
    load: (options) => models.load(options),
    readNote: (key) => models.readNote(key),
    writeNote: (key, value) => models.writeNote(key, value),
    // Where the browser keeps nothing, there are no voices of one's own; the published ones work.
    listOwnVoices: () => listOwnVoices().catch(() => []),
    readOwnVoice: readVoice,
    revoked,
  };
}

/** What making voices reads from this device. */
export const enrolmentLibrary: EnrolmentLibrary = {
  async load(baseUrl) {
    return (await ModelStore.open()).load({ baseUrl });
  },
  revoked,
  signingKey,
  readOwnVoice: readVoice,
};
