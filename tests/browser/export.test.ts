import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { voiceId24 } from '../../src/watermark';
import type * as Mediabunny from 'mediabunny';
import type * as Decode from '../../src/audio/decode';
import type * as Export from '../../src/export/export';
import type * as Watermark from '../../src/watermark';
import { openModules, type Opened } from './support';
import { readWav } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

describe('an exported file', () => {
  let opened: Opened;
  let speech: number[];

  beforeAll(async () => {
    // 24 kHz speech for the export; what the samples are called matters, not how they sound.
    speech = Array.from(readWav(await readFile(SPEECH)), (x) => Math.round(x * 32768));
    opened = await openModules();
  });

  afterAll(() => opened.close());

  it.each(['wav', 'mp3', 'opus'] as const)(
    'as %s decodes again, is marked and says what it is',
    async (format) => {
      const result = await opened.page.evaluate(
        async ({ format, speech }) => {
          const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
          const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
          const { detectWatermark } = (await loadModule('/src/watermark/index.ts')) as typeof Watermark;
          const { Input, BlobSource, ALL_FORMATS } = (await loadModule(
            '/node_modules/mediabunny/dist/modules/src/index.js',
          )) as typeof Mediabunny;
          const samples = Float32Array.from(speech, (x) => x / 32768);
          const { blob, fileName, payload } = await exportTake(samples, 24000, format, {
            voiceId: 'kathleen',
            voiceName: 'Kathleen',
            takeName: 'Ein Satz: /für/ alle?',
          });
          const decoded = await decodeFile(blob, fileName);
          const detection = await detectWatermark(decoded.samples, decoded.sampleRateHz);
          const tags = await new Input({
            source: new BlobSource(blob),
            formats: ALL_FORMATS,
          }).getMetadataTags();
          const peak = decoded.samples.reduce((high, x) => Math.max(high, Math.abs(x)), 0);
          return {
            fileName,
            type: blob.type,
            payload,
            detection,
            seconds: decoded.seconds,
            peak,
            warnings: decoded.warnings,
            title: tags.title,
            comment: tags.comment,
          };
        },
        { format, speech },
      );
      expect(result.fileName).toBe(`Ein-Satz-für-alle--Kathleen.${format}`);
      expect(result.payload).toEqual({ version: 2, id24: voiceId24('kathleen') });
      expect(result.detection).toMatchObject({ present: 'yes', payload: result.payload, payloadOk: true });
      expect(Math.abs(result.seconds - speech.length / 24000)).toBeLessThan(0.1);
      expect(result.warnings).toEqual([]);
      expect(result.title).toBe('Ein Satz: /für/ alle?');
      expect(result.comment).toMatch(/Synthetic speech made with Understudy.*mark/);
    },
  );

  it('is turned down where it would clip, and refused at another rate', async () => {
    const [peak, refused] = await opened.page.evaluate(async (speech) => {
      const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
      const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
      const loudest = Math.max(...speech.map(Math.abs));
      const samples = Float32Array.from(speech, (x) => x / loudest);
      const about = { voiceId: 'joe', voiceName: 'Joe' };
      const { blob } = await exportTake(samples, 24000, 'wav', about);
      const decoded = await decodeFile(blob, 'loud.wav');
      const refusal = await exportTake(samples, 16000, 'wav', about).catch((error: Error) => error.name);
      return [decoded.samples.reduce((high, x) => Math.max(high, Math.abs(x)), 0), refusal] as const;
    }, speech);
    expect(peak).toBeCloseTo(0.98, 2);
    expect(refused).toBe('ExportError');
  });
});
