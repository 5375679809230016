import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { Frontend } from '../../../../src/engine/analysis/frontend';
import { findNetwork, findWords, parsePublishedManifest } from '../../../../src/files/manifest';
import { RunQueue } from '../../../../src/engine/backends/network';
import { contentCodes } from '../../../../src/enrol/encode';
import { leaveSentence, readLeaveSentence } from '../../../../src/enrol/permission/permission-sentence';
import {
  areWordsHeard,
  chanceOfWords,
  parseWordExamples,
  type WordExamples,
} from '../../../../src/enrol/permission/spoken-words';
import { readWav } from '../../../browser/wav';

const PUBLISHED = new URL('../../../../models/published/', import.meta.url);
/** "I lend my voice of my own free will: amber, river, seven, window, garden, silver.", 16 kHz. */
const LEAVE = new URL('../../../fixtures/audio/leave.wav', import.meta.url);
const SAID = ['amber', 'river', 'seven', 'window', 'garden', 'silver'];

const read = (url: URL) => Uint8Array.from(readFileSync(url));

describe('the sentence of leave', () => {
  it('is read back in every language, and nothing else is', () => {
    for (const language of ['en', 'de', 'fr', 'es', 'nl', 'xx']) {
      const sentence = leaveSentence(language);
      const found = readLeaveSentence(sentence);
      expect(found?.language).toBe(language === 'xx' ? 'en' : language);
      expect(found?.words).toHaveLength(6);
      expect(readLeaveSentence(sentence.replace(found!.words[2]!, 'potato'))).toBeUndefined();
      expect(readLeaveSentence(sentence.replace(found!.words[2]!, found!.words[1]!))).toBeUndefined();
    }
    expect(readLeaveSentence('amber river seven')).toBeUndefined();
  });
});

describe('words that should have been read', () => {
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
    codes = await contentCodes(new Frontend().push(readWav(readFileSync(LEAVE))).logMel, {
      content: { session, stateShapes, lookAheadFrames },
      makeTensor: (data, dims) => new ort.Tensor('float32', data, dims),
      queue: new RunQueue(),
    });
  });

  const isHeard = (words: string[], said = codes) =>
    areWordsHeard({ chance: chanceOfWords(said, words, examples.get('en')!) });

  it('are heard where they were read', () => {
    expect(isHeard(SAID)).toBe(true);
  });

  it('are not heard where other words were read, in another order, or nothing', () => {
    expect(isHeard(['thunder', 'paper', 'orange', 'mountain', 'winter', 'candle'])).toBe(false);
    expect(isHeard([...SAID].reverse())).toBe(false);
    expect(isHeard(SAID, codes.slice(0, codes.length / 3))).toBe(false);
    expect(isHeard(SAID, codes.slice(0, 128))).toBe(false);
  });

  it('are refused as a file that is cut off, or none', () => {
    for (const broken of [bytes.slice(0, 4), bytes.slice(0, 5000), new ArrayBuffer(100)])
      expect(() => parseWordExamples(broken)).toThrow(/examples of words/);
  });
});
