import type { NetworkFile } from '../engine/backends/network';
import { EngineError } from '../engine/errors';
import { m } from '../text/messages';
import {
  findNetwork,
  findWords,
  listVoices,
  type Manifest,
  type NetworkRole,
  type PublishedVoice,
} from './manifest';

/** The files published with the app, validated and in memory. */
export class PublishedFiles {
  /** `files`: content by the `file` of each entry in the manifest. */
  constructor(
    private readonly manifest: Manifest,
    private readonly files: ReadonlyMap<string, ArrayBuffer>,
  ) {}

  /** Throws `network-corrupt` if the network is not published. */
  network(role: NetworkRole): NetworkFile {
    const entry = findNetwork(this.manifest, role);
    const bytes = entry && this.files.get(entry.file);
    if (!bytes) throw new EngineError('network-corrupt', m.files_no_network({ role }));
    const { sha256, stateShapes, lookAheadFrames } = entry;
    return { bytes, sha256, stateShapes, lookAheadFrames };
  }

  /** Examples of the words of permission sentences, for `parseWordExamples`. Throws `network-corrupt` if not published. */
  get wordExamples(): ArrayBuffer {
    const bytes = this.files.get(findWords(this.manifest)?.file ?? '');
    if (!bytes) throw new EngineError('network-corrupt', m.files_no_words());
    return bytes;
  }

  get voices(): (PublishedVoice & { content: ArrayBuffer })[] {
    return listVoices(this.manifest).flatMap((entry) => {
      const content = this.files.get(entry.file);
      return content ? [{ ...entry, content }] : [];
    });
  }
}
