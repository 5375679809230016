import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { voiceId24 } from '../../src/watermark';
import type * as Mediabunny from 'mediabunny';
import type * as ScopeModule from '../../src/services/scope';
import type * as Decode from '../../src/audio/decode';
import type * as Deliver from '../../src/export/deliver';
import type * as Export from '../../src/export/export';
import type * as ReadCredentials from '../../src/export/read-credentials';
import type * as Watermark from '../../src/watermark';
import { openModules, type Opened } from './support';
import { sealed } from '../unit/provenance/records';
import { decodeWithFfmpeg, hasFfmpeg, latenessOf } from '../ffmpeg';
import { readWav } from './wav';

const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

describe('an exported file', () => {
  let opened: Opened;
  let speech: number[];

  beforeAll(async () => {
    // Treated as 24 kHz; only that it is speech matters here.
    speech = Array.from(readWav(await readFile(SPEECH)), (x) => Math.round(x * 32768));
    opened = await openModules();
  });

  afterAll(() => opened.close());

  it.each(['wav', 'mp3', 'm4a', 'opus'] as const)(
    'as %s decodes, is marked and is labelled as synthetic',
    async (format) => {
      const result = await opened.page.evaluate(
        async ({ format, speech, consent }) => {
          const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
          const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
          const { readCredentials } = (await loadModule(
            '/src/export/read-credentials.ts',
          )) as typeof ReadCredentials;
          const { detectWatermark } = (await loadModule('/src/watermark/index.ts')) as typeof Watermark;
          const { Input, BlobSource, ALL_FORMATS } = (await loadModule(
            '/node_modules/mediabunny/dist/modules/src/index.js',
          )) as typeof Mediabunny;
          const samples = Float32Array.from(speech, (x) => x / 32768);
          const progress: number[] = [];
          const { blob, fileName, payload, hasCredentials } = await exportTake(
            samples,
            24000,
            format,
            {
              voiceId: 'kathleen',
              voiceName: 'Kathleen',
              takeName: 'Ein Satz: /für/ alle?',
              consent,
              voiceData: undefined,
              voice: null,
            },
            { onProgress: (done) => progress.push(done) },
          );
          const bytes = new Uint8Array(await blob.arrayBuffer());
          // Corrupts a byte of the sound, in the middle of the file.
          bytes[bytes.length >> 1]! ^= 0x10;
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
            progress,
            hasCredentials,
            credentials: await readCredentials(blob, fileName),
            afterChange: await readCredentials(new Blob([bytes]), fileName),
            detection,
            seconds: decoded.seconds,
            peak,
            warnings: decoded.warnings,
            title: tags.title,
            comment: tags.comment,
          };
        },
        { format, speech, consent: sealed() },
      );
      expect(result.fileName).toBe(`Ein-Satz-für-alle--Kathleen.${format}`);
      expect(result.payload).toEqual({ version: 2, id24: voiceId24('kathleen') });
      expect(result.detection).toMatchObject({ present: 'yes', payload: result.payload, payloadOk: true });
      expect(Math.abs(result.seconds - speech.length / 24000)).toBeLessThan(0.1);
      expect(result.warnings).toEqual([]);
      expect(result.title).toBe('Ein Satz: /für/ alle?');
      expect(result.comment).toMatch(
        /Synthetic speech made with Understudy.*mark, 2-[0-9a-f]{6}.*compositeWithTrainedAlgorithmicMedia.*sha256:[0-9a-f]{64}/,
      );
      expect(result.progress).toEqual(result.progress.toSorted((a, b) => a - b));
      expect(result.progress.at(-1)).toBe(1);
      expect(result.hasCredentials).toBe(format !== 'opus');
      if (format === 'opus') {
        expect([result.credentials, result.afterChange]).toEqual([null, null]);
        return;
      }
      expect(result.credentials).toEqual({
        state: 'intact',
        failures: [],
        generator: 'Understudy',
        signer: 'Understudy in a browser, Understudy',
        isSynthetic: true,
        binding: `2-${voiceId24('kathleen').toString(16).padStart(6, '0')}`,
        consentFingerprint: `sha256:${sealed().sha256}`,
        disclaimer: null,
      });
      expect(result.afterChange).toMatchObject({ state: 'broken' });
      expect(result.afterChange!.failures.join()).toMatch(/[hH]ash\.mismatch/);
    },
  );

  it.each(['wav', 'mp3', 'm4a', 'opus'] as const)(
    'as %s is 0 samples late and ends with the last sample, in Chromium and in ffmpeg where there is one',
    async (format) => {
      const { base64, exact, decoded, own } = await opened.page.evaluate(
        async ({ format, speech, consent }) => {
          const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
          const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
          // No multiple of any codec's packets.
          const samples = Float32Array.from(speech, (x) => x / 32768).slice(0, 2 * 24000 + 777);
          const about = { voiceId: 'joe', voiceName: 'Joe', consent, voiceData: undefined, voice: null };
          const wav = await exportTake(samples, 24000, 'wav', about);
          const { blob, fileName } = await exportTake(samples, 24000, format, about);
          const bytes = new Uint8Array(await blob.arrayBuffer());
          const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
          const exact = (await decodeFile(wav.blob, 'a.wav')).samples;
          const own = (await decodeFile(blob, fileName)).seconds;
          const context = new OfflineAudioContext(1, 1, 24000);
          const decoded = (await context.decodeAudioData(bytes.buffer)).getChannelData(0);
          return { base64, exact: Array.from(exact), decoded: Array.from(decoded), own };
        },
        { format, speech, consent: sealed() },
      );
      const reference = Float32Array.from(exact);
      const heard: Float32Array[] = [Float32Array.from(decoded)];
      if (hasFfmpeg) heard.push(decodeWithFfmpeg(Buffer.from(base64, 'base64'), 24000));
      for (const samples of heard) {
        expect(samples.length).toBe(reference.length);
        expect(latenessOf(samples, reference)).toBe(0);
      }
      expect(own).toBeCloseTo(reference.length / 24000, 4);
    },
  );

  it('is attenuated if it would clip, and refused at another sample rate', async () => {
    const [peak, refused] = await opened.page.evaluate(
      async ({ speech, consent }) => {
        const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
        const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
        const loudest = Math.max(...speech.map(Math.abs));
        const samples = Float32Array.from(speech, (x) => x / loudest);
        const about = { voiceId: 'joe', voiceName: 'Joe', consent, voiceData: undefined, voice: null };
        const { blob } = await exportTake(samples, 24000, 'wav', about);
        const decoded = await decodeFile(blob, 'loud.wav');
        const refusal = await exportTake(samples, 16000, 'wav', about).catch((error: Error) => error.name);
        return [decoded.samples.reduce((high, x) => Math.max(high, Math.abs(x)), 0), refusal] as const;
      },
      { speech, consent: sealed() },
    );
    expect(peak).toBeCloseTo(0.98, 2);
    expect(refused).toBe('ExportError');
  });

  it('starts with the spoken notice if requested, and is marked throughout', async () => {
    const found = await opened.page.evaluate(
      async ({ speech, consent }) => {
        const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
        const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
        const { readCredentials } = (await loadModule(
          '/src/export/read-credentials.ts',
        )) as typeof ReadCredentials;
        const { detectWatermark } = (await loadModule('/src/watermark/index.ts')) as typeof Watermark;
        // The page of this test is in a subfolder; the app is at the root.
        document.head.append(Object.assign(document.createElement('base'), { href: '/' }));
        const samples = Float32Array.from(speech, (x) => x / 32768);
        const about = {
          voiceId: 'joe',
          voiceName: 'Joe',
          consent,
          voiceData: undefined,
          voice: null,
          disclaimer: 'de' as const,
        };
        const { blob, fileName } = await exportTake(samples, 24000, 'wav', about);
        const decoded = await decodeFile(blob, fileName);
        const start = decoded.samples.length - samples.length;
        const [first, rest] = [decoded.samples.slice(0, start), decoded.samples.slice(start)];
        return {
          startSeconds: start / 24000,
          credentials: await readCredentials(blob, fileName),
          spoken: await detectWatermark(first, 24000),
          take: await detectWatermark(rest, 24000),
        };
      },
      { speech, consent: sealed() },
    );
    expect(found.startSeconds).toBeGreaterThan(4);
    expect(found.credentials).toMatchObject({ state: 'intact', disclaimer: 'de' });
    for (const part of [found.spoken, found.take]) {
      expect(part).toMatchObject({ present: 'yes', payload: { id24: voiceId24('joe') } });
    }
  });

  it('is smaller at fewer bits a second where the format loses anything', async () => {
    const bytes = await opened.page.evaluate(
      async ({ speech, consent }) => {
        const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
        const samples = Float32Array.from(speech, (x) => x / 32768);
        const about = { voiceId: 'joe', voiceName: 'Joe', consent, voiceData: undefined, voice: null };
        const sizeOf = async (format: 'wav' | 'opus', bitrate?: number) =>
          (await exportTake(samples, 24000, format, about, { bitrate })).blob.size;
        const [opus, small] = [await sizeOf('opus'), await sizeOf('opus', 32_000)];
        return { opus, small, wav: await sizeOf('wav'), sameWav: await sizeOf('wav', 32_000) };
      },
      { speech, consent: sealed() },
    );
    expect(bytes.small / bytes.opus).toBeLessThan(0.65);
    expect(bytes.sameWav).toBe(bytes.wav);
  });

  it('can be cancelled, and only exported files can be delivered', async () => {
    const outcome = await opened.page.evaluate(
      async ({ speech, consent }) => {
        const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
        const { download, downloadDocument, share } = (await loadModule(
          '/src/export/deliver.ts',
        )) as typeof Deliver;
        const { Scope } = (await loadModule('/src/services/scope.ts')) as typeof ScopeModule;
        const scope = new Scope();
        const samples = Float32Array.from(speech, (x) => x / 32768);
        const about = { voiceId: 'joe', voiceName: 'Joe', consent, voiceData: undefined, voice: null };
        const controller = new AbortController();
        const options = { signal: controller.signal, onProgress: () => controller.abort() };
        const nameOf = (task: () => unknown) =>
          Promise.resolve()
            .then(task)
            .then(
              () => 'done',
              (error: Error) => error.name,
            );
        const made = await exportTake(samples, 24000, 'wav', about);
        const copy = { ...made, blob: new Blob([made.blob], { type: 'audio/wav' }) };
        return {
          stopped: await nameOf(() => exportTake(samples, 24000, 'mp3', about, options)),
          download: await nameOf(() => download(copy, scope)),
          share: await nameOf(() => share(copy)),
          disguised: await nameOf(() => downloadDocument(new Blob([made.blob]), 'consent.json', scope)),
          document: await nameOf(() => downloadDocument(new Blob(['{}']), 'consent.json', scope)),
        };
      },
      { speech, consent: sealed() },
    );
    expect(outcome).toEqual({
      stopped: 'AbortError',
      download: 'ExportError',
      share: 'ExportError',
      disguised: 'ExportError',
      document: 'done',
    });
  });

  it('is written and marked if the signing component cannot be fetched', async () => {
    await opened.page.route('**/c2pa*.wasm*', (route) => route.abort());
    const found = await opened.page.evaluate(
      async ({ speech, consent }) => {
        const { exportTake } = (await loadModule('/src/export/export.ts')) as typeof Export;
        const { decodeFile } = (await loadModule('/src/audio/decode.ts')) as typeof Decode;
        const { detectWatermark } = (await loadModule('/src/watermark/index.ts')) as typeof Watermark;
        const samples = Float32Array.from(speech, (x) => x / 32768);
        const about = { voiceId: 'joe', voiceName: 'Joe', consent, voiceData: undefined, voice: null };
        const { blob, hasCredentials } = await exportTake(samples, 24000, 'wav', about);
        const decoded = await decodeFile(blob, 'take.wav');
        const { present } = await detectWatermark(decoded.samples, decoded.sampleRateHz);
        return { hasCredentials, present };
      },
      { speech, consent: sealed() },
    );
    expect(found).toEqual({ hasCredentials: false, present: 'yes' });
  });
});
