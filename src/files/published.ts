import type { NetworkFile } from '../engine/backends/network';
import { EngineError } from '../engine/errors';
import {
  findNetwork,
  findWords,
  listVoices,
  type Manifest,
  type NetworkRole,
  type PublishedVoice,
} from './manifest';

/** Everything that is published with the app, checked and in memory. */
export class PublishedFiles {
  /** `files`: bytes by the manifest's `file`. */
  constructor(
    private readonly manifest: Manifest,
    private readonly files: ReadonlyMap<string, ArrayBuffer>,
  ) {}

  /** Throws `network-corrupt` where this copy of the app comes without it. */
  network(role: NetworkRole): NetworkFile {
    const entry = findNetwork(this.manifest, role);
    const bytes = entry && this.files.get(entry.file);
    if (!bytes) throw missing(`${role} network`);
    const { sha256, stateShapes, lookAheadFrames } = entry;
    return { bytes, sha256, stateShapes, lookAheadFrames };
  }

  /** Readings of the words of the permission sentences, for `parseWordExamples`. Throws `network-corrupt`. */
  get wordExamples(): ArrayBuffer {
    const bytes = this.files.get(findWords(this.manifest)?.file ?? '');
    if (!bytes) throw missing('examples of words');
    return bytes;
  }

  get voices(): (PublishedVoice & { content: ArrayBuffer })[] {
    return listVoices(this.manifest).flatMap((entry) => {
      const content = this.files.get(entry.file);
      return content ? [{ ...entry, content }] : [];
    });
  }
}

function missing(what: string): EngineError {
  return new EngineError(
    'network-corrupt',
    `This copy of the app comes without its ${what}, so no voice can be made here. Takes and voices are safe. Reload the page to fetch what is missing.`,
  );
}
