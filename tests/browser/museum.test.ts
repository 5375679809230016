import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { DEFAULT_EXHIBIT, formatExhibit, parseExhibit, type Exhibit } from '../../src/files/exhibit';
import { writeVoiceFile } from '../../src/files/voice-file';
import { createSigningKey } from '../../src/provenance';
import { fakeVoice } from '../unit/engine/fake-networks';
import { sealed } from '../unit/provenance/records';
import { SPEECH } from './enrol-steps';
import { withExhibit } from './kiosk-steps';
import { chooseLanguage, openApp, type Opened, type OpenOptions } from './support';

const LOADED = { timeout: 60_000 };
const PIN = '271828';
/** A grey picture of 2 x 3 pixels. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAAAAACcgYFdAAAADUlEQVR4nGNoaGAAIwANiQMBNh/1KwAAAABJRU5ErkJggg==',
  'base64',
);

/** What the server gives to its kiosks. */
const START: Exhibit = {
  ...DEFAULT_EXHIBIT,
  title: { en: 'From the server' },
  voices: [{ id: 'kathleen' }, { id: 'joe' }, { id: 'kerstin' }],
};

let app: Opened | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function open(path: string, more: OpenOptions = {}): Promise<Page> {
  app = await openApp({ path, fakeMicWav: SPEECH, ...more });
  return app.page;
}

const fileOf = (text: string) => ({
  name: 'exhibit.json',
  mimeType: 'application/json',
  buffer: Buffer.from(text),
});

async function download(page: Page, testId: string): Promise<Download> {
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testId).click()]);
  return saved;
}

async function savedExhibit(page: Page, testId = 'save-file'): Promise<Exhibit> {
  return parseExhibit(await readFile(await (await download(page, testId)).path(), 'utf8'));
}

async function enter(page: Page, pin: string): Promise<void> {
  await page.getByTestId('pin').fill(pin);
  await page.getByTestId('pin-submit').click();
}

/** Drags a voice of the curator's list to the place of another. */
async function drag(page: Page, id: string, to: string): Promise<void> {
  const handle = page.getByTestId(`voice-${id}`).locator('.handle');
  await handle.hover();
  const { x, y } = (await handle.boundingBox())!;
  await page.mouse.down();
  // A drag begins with a movement over the handle, before the page is scrolled to the target.
  await page.mouse.move(x + 5, y + 5, { steps: 5 });
  await page.getByTestId(`voice-${to}`).locator('.handle').hover();
  await page.mouse.up();
}

/** A voice as an exhibit's file carries it. */
async function enrolledVoice(id: string, uses: ('convert' | 'preview' | 'export' | 'import')[]) {
  const about = { id, name: `Voice ${id}`, language: 'en', description: '', createdAt: 1 };
  const parts = { about, voice: fakeVoice(), sealed: sealed({ uses }), preview: null };
  return Buffer.from(await writeVoiceFile(parts, await createSigningKey())).toString('base64');
}

it('a curator edits an exhibit, uses it, saves it, and a wrong file changes nothing', async () => {
  const page = await open('#/curator', {
    intercept: withExhibit(START),
  });
  await page.getByTestId('voice-add').waitFor(LOADED);
  await page.getByTestId('title-en').fill('Voices of the harbour');
  await page.getByTestId('voice-choice').selectOption('ambrose');
  await page.getByTestId('voice-add').click();
  await page.getByTestId('up-ambrose').click();
  await page.getByTestId('details-ambrose').click();
  await page.getByTestId('line-ambrose-en').fill('A synthetic voice');
  await page
    .getByTestId('portrait-ambrose')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PICTURE });
  await page.getByTestId('voice-ambrose').locator('img').waitFor();
  await page.getByTestId('remove-joe').click();
  await drag(page, 'kerstin', 'kathleen');
  await expect
    .poll(() =>
      page
        .locator('li[data-testid^=voice-]')
        .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset['testid'])),
    )
    .toEqual(['voice-kerstin', 'voice-kathleen', 'voice-ambrose']);
  await page.getByTestId('language-es').uncheck();
  await page.getByTestId('first-nl').click();
  await page.getByTestId('colour').fill('#102030');
  await expect.poll(() => page.getByTestId('contrast').textContent()).toMatch(/so the kiosk shows/);
  await page.getByTestId('hours-add').click();
  await page.getByTestId('from-0').fill('09:30');
  await page.getByTestId('heartbeat').fill('alive');
  await expect.poll(() => page.getByTestId('problem').textContent()).toMatch(/heartbeat has a wrong value/);
  await expect(page.getByTestId('use').isDisabled()).resolves.toBe(true);
  await page.getByTestId('heartbeat').fill('/alive');
  await expect.poll(() => page.getByTestId('untranslated').textContent()).toMatch(/nl/);

  // The draft survives a reload, and is not in use yet.
  await page.locator('[data-testid=origin][data-kept=true]').waitFor();
  await page.reload();
  await expect.poll(() => page.getByTestId('title-en').inputValue(), LOADED).toBe('Voices of the harbour');
  await expect.poll(() => page.getByTestId('origin').textContent()).toMatch(/from its server/);
  await page.getByTestId('use').click();
  await expect.poll(() => page.getByTestId('origin').textContent()).toMatch(/made or opened here/);

  const exhibit = await savedExhibit(page);
  expect(exhibit.title.en).toBe('Voices of the harbour');
  expect(exhibit.voices.map(({ id }) => id)).toEqual(['kerstin', 'kathleen', 'ambrose']);
  expect(exhibit.voices[2]).toMatchObject({ line: { en: 'A synthetic voice' } });
  expect(exhibit.voices[2]!.portrait).toMatch(/^data:image\/webp;base64,UklGR/);
  expect(exhibit.languages).toEqual(['nl', 'en', 'de', 'fr']);
  expect(exhibit.openingHours).toMatchObject([{ from: '09:30', to: '17:00' }]);
  expect(exhibit.heartbeat).toBe('/alive');

  // A wrong file names the line; the exhibit stays.
  const wrong = formatExhibit(exhibit).replace('"idleSeconds": 45', '"idleSeconds": 4500');
  await page.getByTestId('open-file').setInputFiles(fileOf(wrong));
  const line = wrong.split('\n').findIndex((each) => each.includes('idleSeconds')) + 1;
  await expect.poll(() => page.getByTestId('fault').textContent()).toContain(`Line ${line}, column 18`);
  await expect(page.getByTestId('title-en').inputValue()).resolves.toBe('Voices of the harbour');

  // A right one is in use at once, and can be undone.
  await page.getByTestId('open-file').setInputFiles(fileOf(formatExhibit(START)));
  await expect.poll(() => page.getByTestId('title-en').inputValue()).toBe('From the server');
  await page.getByTestId('undo').click();
  await expect.poll(() => page.getByTestId('title-en').inputValue()).toBe('Voices of the harbour');

  await chooseLanguage(page, 'de');
  await page.getByRole('heading', { name: 'Stimmen' }).waitFor();
});

it('the staff choose a PIN, test the kiosk, open an exhibit, and read the counters', async () => {
  let isReset = false;
  const page = await open('#/kiosk', {
    intercept(request, response) {
      if (!isReset || request.url !== '/staff-reset.json') return false;
      response.end('{ "newPin": "314159" }');
      return true;
    },
  });
  const openDoor = () => page.keyboard.press('Control+Alt+Shift+KeyS');
  await page.getByTestId('kiosk').waitFor(LOADED);
  await openDoor();
  await enter(page, PIN);
  await enter(page, PIN);
  await page.getByTestId('self-test').click(LOADED);
  await page.getByTestId('test-summary').waitFor({ timeout: 120_000 });
  const results = await page
    .locator('[data-testid^=check-]')
    .evaluateAll((items) =>
      items.map(
        (item) => `${(item as HTMLElement).dataset['state']} ${item.textContent.replace(/\s+/g, ' ')}`,
      ),
    );
  // The fake microphone does not hear the speaker.
  expect(results.map((each) => each.trim().split(' ')[0])).toEqual([
    'passed',
    'passed',
    'failed',
    'passed',
    'passed',
    'passed',
  ]);
  expect(results[5]).toMatch(/mark found/);

  const exhibit = {
    ...DEFAULT_EXHIBIT,
    volume: 0.5,
    voices: [{ id: 'own-a' }, { id: 'kathleen' }],
    enrolledVoices: [
      await enrolledVoice('own-a', ['convert', 'preview', 'export', 'import']),
      await enrolledVoice('own-b', ['convert']),
    ],
  };
  await page.getByTestId('staff-open-file').setInputFiles(fileOf(formatExhibit(exhibit)));
  await page.getByText(/Voice own-b.*does not allow/).waitFor(LOADED);
  await expect.poll(() => page.getByTestId('staff-origin').textContent()).toMatch(/made or opened here/);
  const saved = await savedExhibit(page, 'staff-save-file');
  expect(saved.enrolledVoices).toEqual([exhibit.enrolledVoices[0]]);

  const csv = await readFile(await (await download(page, 'save-counters')).path(), 'utf8');
  expect(csv).toMatch(/^what,count\r\nfrom,.*\r\nto,.*\r\nvisits,0\r\n/);
  await page.getByTestId('staff-leave').click();
  await page.getByTestId('kiosk').waitFor();

  // Wrong PINs have to wait, also after a reload; a technician can set a new one.
  await openDoor();
  for (let i = 0; i < 5; i++) await enter(page, '000000');
  await page.getByText(/Too many wrong PINs/).waitFor(LOADED);
  await page.reload();
  await page.getByTestId('kiosk').waitFor(LOADED);
  await openDoor();
  await page.getByText(/Too many wrong PINs/).waitFor();
  await page.getByTestId('pin-forgotten').click();
  await page
    .getByText(/Too many wrong PINs|has not been used/)
    .first()
    .waitFor();
  isReset = true;
  await page.getByTestId('pin-forgotten').click();
  await page.getByText(/Delete that file/).waitFor(LOADED);
  await enter(page, '314159');
  await page.getByTestId('staff-leave').waitFor(LOADED);

  // The PIN guards the curator's page too.
  await page.getByTestId('staff-curator').click();
  await page.getByTestId('pin').waitFor();
});
