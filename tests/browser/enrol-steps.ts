import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { audioSeconds } from './support';
import { makeWav, readWav } from './wav';

export const SPEECH = fileURLToPath(new URL('../fixtures/audio/speech.wav', import.meta.url));

/** The speaker of SPEECH: "I lend my voice of my own free will: amber, river, seven, window, garden, silver." */
export const PERMISSION_SPEECH = fileURLToPath(new URL('../fixtures/audio/permission.wav', import.meta.url));
/** Twice the sentence: all of it, wherever in the loop the recording starts, and enough of it to compare voices by. */
const PERMISSION_SECONDS = 10.2;

/** The speech fixture twice over, with a pause: more than the minimum to make a voice. */
export function longSpeech(): Buffer {
  const samples = readWav(readFileSync(SPEECH));
  return makeWav([...samples, ...new Float32Array(8000), ...samples, ...new Float32Array(8000)]);
}

/** Opens recordings on the voices page and waits until they are cleaned. */
export async function collect(page: Page, name = 'tape.wav'): Promise<void> {
  const before = await page.getByRole('button', { name: /^Remove/ }).count();
  await page.getByTestId('enrol-input').setInputFiles({ name, mimeType: 'audio/wav', buffer: longSpeech() });
  await page
    .getByRole('button', { name: `Remove ${name}` })
    .nth(before)
    .waitFor({ timeout: 60_000 });
  await page.getByTestId('to-listen').and(page.locator(':enabled')).waitFor();
}

/** From cleaned recordings to a sealed record of all uses: recordings given to the public domain by a living person. */
export async function sealConsent(page: Page, person = 'Ada Example'): Promise<void> {
  await page.getByTestId('to-listen').click();
  await page.getByTestId('to-consent').click();
  await page.locator('input[value="public-domain"]').check();
  await page.getByTestId('person').fill(person);
  await page.getByTestId('recordings').fill('Readings of 2024, at https://example.test/readings');
  await page.getByTestId('deed').fill('https://creativecommons.org/publicdomain/zero/1.0/');
  await page.getByTestId('why').fill('The speaker gave them to everybody, for any use.');
  for (const use of await page.locator('fieldset input[type=checkbox]').all()) await use.check();
  await page.getByTestId('contact').fill('ada@example.test');
  await page.getByTestId('to-train').click();
  await page.getByTestId('train').waitFor();
}

/** From here on every next word of the permission sentence is the one at this index of the remaining words. */
export async function chooseWords(page: Page, place: number): Promise<void> {
  await page.evaluate((index) => {
    const random = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = ((array: Uint32Array<ArrayBuffer>) =>
      array.length === 1 ? array.fill(index) : random(array)) as typeof crypto.getRandomValues;
  }, place);
}

/** Records PERMISSION_SPEECH, which the fake microphone must play. */
export async function speak(page: Page): Promise<void> {
  await page.getByTestId('speak').click();
  await page.getByTestId('speak').filter({ hasText: 'Stop' }).waitFor();
  await audioSeconds(page, PERMISSION_SECONDS);
  await page.getByTestId('speak').click();
}

export async function makeVoice(page: Page): Promise<void> {
  await page.getByTestId('train').click();
  const keep = page.getByTestId('keep-voice');
  const error = page.getByTestId('error');
  await keep.or(error).first().waitFor({ timeout: 90_000 });
  if (await error.count()) throw new Error(`No voice was made: ${await error.first().textContent()}`);
}

export async function keepVoice(page: Page): Promise<string> {
  await page.getByTestId('keep-voice').click();
  const voice = page.getByTestId('own-voice').first();
  await voice.waitFor();
  return (await voice.getAttribute('data-id'))!;
}

/** Goes to the studio and converts its sample to a voice. */
export async function convertSample(page: Page, id: string): Promise<void> {
  await page.getByRole('link', { name: 'Studio', exact: true }).click();
  await page.getByTestId('try-sample').click();
  await page.getByTestId('open-take').waitFor();
  await page.getByTestId(`voice-${id}`).click();
  await page.getByTestId('convert').click();
  await page.getByTestId('output-track').waitFor({ timeout: 60_000 });
}
