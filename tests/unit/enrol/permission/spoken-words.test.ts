import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { Frontend } from '../../../../src/engine/analysis/frontend';
import { findNetwork, findWords, parsePublishedManifest } from '../../../../src/files/manifest';
import { RunQueue } from '../../../../src/engine/backends/network';
import { contentCodes } from '../../../../src/enrol/encode';
import {
  createPermissionSentence,
  parsePermissionSentence,
} from '../../../../src/enrol/permission/permission-sentence';
import {
  areWordsRecognised,
  chanceOfWords,
  parseWordExamples,
  type WordExamples,
} from '../../../../src/enrol/permission/spoken-words';
import { readWav } from '../../../browser/wav';

const PUBLISHED = new URL('../../../../models/published/', import.meta.url);
/** "I lend my voice of my own free will: amber, river, seven, window, garden, silver.", 16 kHz. */
const SENTENCE = new URL('../../../fixtures/audio/permission.wav', import.meta.url);
const WORDS = ['amber', 'river', 'seven', 'window', 'garden', 'silver'];

const read = (url: URL) => Uint8Array.from(readFileSync(url));

describe('the permission sentence', () => {
  it('is parsed in every language, and no other sentence is', () => {
    for (const language of ['en', 'de', 'fr', 'es', 'nl', 'xx']) {
      const sentence = createPermissionSentence(language);
      const found = parsePermissionSentence(sentence);
      expect(found?.language).toBe(language === 'xx' ? 'en' : language);
      expect(found?.words).toHaveLength(6);
      expect(parsePermissionSentence(sentence.replace(found!.words[2]!, 'potato'))).toBeUndefined();
      expect(parsePermissionSentence(sentence.replace(found!.words[2]!, found!.words[1]!))).toBeUndefined();
    }
    expect(parsePermissionSentence('amber river seven')).toBeUndefined();
  });
});

describe('the words of a permission sentence', () => {
  let examples: WordExamples;
  let bytes: ArrayBuffer;
  let codes: Float32Array;

  beforeAll(async () => {
    const manifest = parsePublishedManifest(
      JSON.parse(readFileSync(new URL('manifest.json', PUBLISHED), 'utf8')),
    );
    bytes = read(new URL(findWords(manifest)!.file, PUBLISHED)).buffer;
    examples = parseWordExamples(bytes);
    const { file, stateShapes, lookAheadFrames } = findNetwork(manifest, 'content')!;
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(read(new URL(file, PUBLISHED)));
    codes = await contentCodes(new Frontend().push(readWav(readFileSync(SENTENCE))).logMel, {
      content: { session, stateShapes, lookAheadFrames },
      makeTensor: (data, dims) => new ort.Tensor('float32', data, dims),
      queue: new RunQueue(),
    });
  });

  const areRecognised = (words: string[], spoken = codes) =>
    areWordsRecognised({ chance: chanceOfWords(spoken, words, examples.get('en')!) });

  it('are recognised if they were read', () => {
    expect(areRecognised(WORDS)).toBe(true);
  });

  it('are not recognised if other words, another order, or only a part was read', () => {
    expect(areRecognised(['thunder', 'paper', 'orange', 'mountain', 'winter', 'candle'])).toBe(false);
    expect(areRecognised([...WORDS].reverse())).toBe(false);
    expect(areRecognised(WORDS, codes.slice(0, codes.length / 3))).toBe(false);
    expect(areRecognised(WORDS, codes.slice(0, 128))).toBe(false);
  });

  it('are rejected as a file that is truncated or has another format', () => {
    for (const broken of [bytes.slice(0, 4), bytes.slice(0, 5000), new ArrayBuffer(100)])
      expect(() => parseWordExamples(broken)).toThrow(/examples of words/);
  });
});
