import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { embedWatermark, voiceId24 } from '../../src/watermark';
import { collect, SPEECH } from './enrol-steps';
import { on, prepared } from './kiosk-steps';
import { recordedSeconds } from './support';
import { makeWav, readWav } from './wav';

const LOADED = { timeout: 60_000 };
const PIN = '271828';

/** Called in every state with its name. */
export type Look = (state: string) => Promise<void>;

const go = (page: Page, hash: string) => page.evaluate((to) => void (location.hash = `#/${to}`), hash);

async function marked() {
  const sound = embedWatermark(readWav(await readFile(SPEECH)), { version: 1, id24: voiceId24('joe') });
  return { name: 'marked.wav', mimeType: 'audio/wav', buffer: makeWav(sound, { sampleRateHz: 24000 }) };
}

async function studio(page: Page, look: Look): Promise<void> {
  await go(page, 'studio');
  await page.getByTestId('backend').waitFor(LOADED);
  await look('empty');
  await page.getByTestId('record').click();
  await page.getByTestId('stop').waitFor();
  await recordedSeconds(page, 1);
  await look('recording');
  await page.getByTestId('stop').click();
  await page.getByTestId('take-item').waitFor();
  await look('recorded');
  await page.getByTestId('try-sample').click();
  await page.getByTestId('take-item').nth(1).waitFor();
  await page.getByTestId('convert').click();
  await page.getByTestId('output-track').waitFor(LOADED);
  await page.locator('[data-testid=convert]:enabled').waitFor();
  await look('converted');
  await page.getByTestId('ab-source').click();
  await page
    .getByRole('button', { name: /^Rename/ })
    .first()
    .click();
  await look('renaming, own side');
  await page.keyboard.press('Escape');
  await page
    .getByRole('button', { name: /^Delete/ })
    .first()
    .click();
  await page.getByTestId('confirm-delete').waitFor();
  await look('confirmation');
  await page.keyboard.press('Escape');
  const broken = { name: 'broken.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF, or so') };
  await page.getByTestId('file-input').setInputFiles(broken);
  await page.getByTestId('error').waitFor();
  await look('error');
  await page.getByTestId('error').getByRole('button').last().click();
  await page.keyboard.press('?');
  await page.getByTestId('shortcuts').waitFor();
  await look('shortcuts');
  await page.keyboard.press('Escape');
}

async function live(page: Page, look: Look): Promise<void> {
  await go(page, 'live');
  await page.getByTestId('live-ready').waitFor(LOADED);
  await look('off');
  await page.getByTestId('live-toggle').click();
  await page.locator('[data-testid=live-toggle][data-phase=live]').waitFor(LOADED);
  await look('on');
  await page.getByTestId('present').click();
  await page.getByTestId('presenter').waitFor();
  await look('presenter');
  await page.keyboard.press('Escape');
  await page.getByTestId('live-toggle').click();
  await page.locator('[data-testid=live-toggle][data-phase=off]').waitFor();
}

async function voices(page: Page, look: Look): Promise<void> {
  await go(page, 'voices/roosevelt');
  await page.getByTestId('recorded-use').waitFor(LOADED);
  await look('a recorded voice');
  await go(page, 'voices');
  await page.getByRole('slider', { name: 'Kathleen' }).waitFor(LOADED);
  await page.getByText('Read your own text').click();
  await look('reading');
  await page
    .getByTestId('voice-input')
    .setInputFiles({ name: 'bad.understudy', mimeType: '', buffer: Buffer.from('PK') });
  await page.getByTestId('error').waitFor();
  await look('error');
  await page.getByTestId('error').getByRole('button').last().click();
  await collect(page);
  await look('collected');
  await page.getByTestId('to-listen').click();
  await page.getByTestId('piece').first().waitFor();
  await look('pieces');
  await page.getByTestId('to-consent').click();
  await page.getByTestId('person').waitFor();
  await look('consent, own voice');
  await page.locator('input[value="public-domain"]').check();
  await page.getByTestId('why').waitFor();
  await look('consent, public domain');
}

async function detect(page: Page, look: Look): Promise<void> {
  await go(page, 'detect');
  await page.getByTestId('detect-input').waitFor({ state: 'attached' });
  await look('empty');
  await page.getByTestId('detect-input').setInputFiles(await marked());
  await page.locator('[data-testid=detect-answer][data-present=yes]').waitFor(LOADED);
  await page.getByTestId('detect-figures').locator('summary').click();
  await page.getByTestId('clues').locator('summary').click();
  await look('marked');
  await page.getByTestId('detect-input').setInputFiles(SPEECH);
  await page.locator('[data-testid=detect-answer][data-present=no]').waitFor(LOADED);
  await look('not marked');
}

async function learn(page: Page, look: Look): Promise<void> {
  await go(page, 'learn/voice');
  await page.getByTestId('learn-sample').click();
  await page.getByTestId('transcript').waitFor(LOADED);
  await look('voice');
  for (const lesson of ['conversion', 'mark', 'cases', 'guide']) {
    await page.getByTestId(`lesson-${lesson}`).click();
    await page.locator(`[data-testid=lesson-${lesson}][aria-current]`).waitFor();
    await look(lesson);
  }
  await page.getByTestId('lesson-permission').click();
  await page.getByRole('button', { name: 'It depends' }).first().click();
  await look('permission');
  await page.getByTestId('lesson-hear').click();
  await page.getByTestId('quiz-next').click();
  await page.locator('[data-testid=quiz-choose-1]:enabled').click(LOADED);
  await page.getByTestId('quiz-verdict').waitFor();
  await look('hear');
}

async function forClass(page: Page, look: Look): Promise<void> {
  await go(page, 'learn/plans');
  for (const part of ['plans', 'listening', 'test', 'worksheets', 'letter', 'history']) {
    await page.getByTestId(`class-${part}`).click();
    await page.locator(`[data-testid=class-${part}][aria-current]`).waitFor();
    await look(part);
  }
  await page.getByTestId('class-test').click();
  await page.getByTestId('test-option-0').check();
  await page.getByTestId('test-option-0').press('Enter');
  await page.getByTestId('test-verdict').waitFor();
  await look('test, answered');
}

async function help(page: Page, look: Look): Promise<void> {
  await go(page, 'help');
  await page.getByTestId('topic-calls').waitFor();
  await look('list');
  await page.getByTestId('topic-calls').click();
  await page.locator('[data-testid=guide][data-topic=calls][aria-busy=false]').waitFor();
  await look('guide');
  await go(page, 'about');
  await page.getByTestId('storage').waitFor();
  await page.getByTestId('licences').waitFor();
  await look('about');
  await page.getByTestId('delete-takes').click();
  await page.getByTestId('confirm-delete-all').waitFor();
  await look('about, confirmation');
  await page.keyboard.press('Escape');
}

async function curator(page: Page, look: Look): Promise<void> {
  await go(page, 'curator');
  await page.getByTestId('voice-add').waitFor(LOADED);
  await page.getByTestId('details-kathleen').click();
  await page.getByTestId('hours-add').click();
  await page.getByTestId('heartbeat').fill('alive');
  await page.getByTestId('problem').waitFor();
  await look('with a problem');
  await page.getByTestId('heartbeat').fill('');
}

async function kiosk(page: Page, look: Look): Promise<void> {
  await go(page, 'kiosk');
  await prepared(page);
  await look('attract');
  await on(page, 'begin').click();
  await on(page, 'voices').waitFor();
  await look('voices');
  await on(page, 'about-roosevelt').click();
  await on(page, 'about').waitFor();
  await look('about a voice');
  await on(page, 'about-back').click();
  await on(page, 'voice-joe').click();
  await page.locator('[data-testid=kiosk-record]:enabled').waitFor(LOADED);
  await look('speak');
}

async function staff(page: Page, look: Look): Promise<void> {
  await page.keyboard.press('Control+Alt+Shift+KeyS');
  const enter = async () => {
    await page.getByTestId('pin').fill(PIN);
    await page.getByTestId('pin-submit').click();
  };
  await page.getByTestId('pin').waitFor();
  await look('PIN');
  await enter();
  await page.getByText('The same PIN again').waitFor();
  await enter();
  await page.getByTestId('staff-leave').waitFor(LOADED);
  await look('panel');
}

/** Every page, and its states that are reached in a few seconds. They follow one another in one tab whose fake microphone plays SPEECH. */
export const VISITS: Readonly<Record<string, (page: Page, look: Look) => Promise<void>>> = {
  studio,
  live,
  voices,
  detect,
  learn,
  class: forClass,
  help,
  curator,
  kiosk,
  staff,
};
