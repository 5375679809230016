import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { decodeStream } from '../../src/audio/decode-stream';
import { readZip } from '../../src/files/zip';
import { fingerprint24 } from '../../src/provenance';
import { readVoiceFile } from '../../src/files/voice-file';
import { detectWatermark } from '../../src/watermark';
import { collect, convertSample, sealConsent, keepVoice, makeVoice } from './enrol-steps';
import { withSpeaker } from './speaker-network';
import { openApp, type Opened } from './support';

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

it('saves everything as one file, and imports it on an empty device', { timeout: 240_000 }, async () => {
  app = await openApp({ path: '#/voices', intercept: withSpeaker() });
  const { page } = app;
  await collect(page);
  await sealConsent(page);
  await makeVoice(page);
  const id = await keepVoice(page);
  await convertSample(page, id);
  await page.getByRole('link', { name: 'Voices' }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    page.getByTestId('save-all').click(),
  ]);
  expect(saved.suggestedFilename()).toMatch(/^understudy-\d{4}-\d\d-\d\d\.understudy-all$/);
  expect(await page.getByTestId('left-out').count()).toBe(0);
  const buffer = await readFile(await saved.path());

  // The conversion in it is marked with the fingerprint of the consent record.
  const entries = await readZip(new Blob([buffer]), { entries: 10, entryBytes: 1e8 });
  const partOf = async (ending: string) => {
    const [name] = [...entries.keys()].filter((each) => each.endsWith(ending));
    return new Blob([await entries.get(name!)!.read()]);
  };
  const { sealed } = await readVoiceFile(await partOf('.understudy'));
  const { samples, sampleRateHz } = await decodeStream(await partOf('.wav'), 'take.wav', {});
  const found = await detectWatermark(samples, sampleRateHz, {});
  expect(found).toMatchObject({
    present: 'yes',
    payloadOk: true,
    payload: { id24: fingerprint24(sealed) },
  });

  const session = await app.context.newCDPSession(page);
  await page.goto('about:blank');
  await session.send('Storage.clearDataForOrigin', {
    origin: new URL(app.url).origin,
    storageTypes: 'all',
  });
  await page.goto(`${app.url}#/voices`);
  await page.getByTestId('save-all').waitFor();
  expect(await page.getByTestId('own-voice').count()).toBe(0);

  const bad = { name: 'bad.understudy-all', mimeType: '', buffer: buffer.subarray(0, buffer.length - 100) };
  await page.getByTestId('archive-input').setInputFiles(bad);
  await expect.poll(() => page.getByTestId('error').textContent()).toMatch(/cut off.*Nothing was stored/);

  await page
    .getByTestId('archive-input')
    .setInputFiles({ name: saved.suggestedFilename(), mimeType: '', buffer });
  const shown = page.getByTestId('archive-contents');
  await shown.waitFor();
  expect(await shown.textContent()).toMatch(/1 voice.*from Ada Example.*1 take, 1 of them converted/s);
  expect(await page.getByTestId('own-voice').count()).toBe(0);
  await page.getByTestId('archive-settings').check();
  await page.getByTestId('accept-archive').click();
  const voice = page.getByTestId('own-voice');
  await voice.waitFor();
  expect(await voice.getAttribute('data-id')).toBe(id);
  await page.getByRole('button', { name: /^Preview/ }).click();
  await page.getByRole('button', { name: /^Stop the preview/ }).waitFor();

  await page.getByRole('link', { name: 'Studio', exact: true }).click();
  await page.getByTestId('take-open').click();
  await page.getByTestId('output-track').waitFor();
  await page.getByTestId(`voice-${id}`).click();
  await page.getByTestId('convert').click();
  await expect.poll(() => page.getByTestId('take-item').count(), { timeout: 60_000 }).toBe(2);
  expect(await page.getByTestId('error').count()).toBe(0);
});
