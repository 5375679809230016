import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Route } from '../../../src/app/routes.svelte';
import { LOCALES } from '../../../src/files/exhibit';
import { DEFAULT_EXHIBIT } from '../../../src/files/exhibit';
import { m } from '../../../src/text/messages';
import { language } from '../../../src/services/locale.svelte';
import { Scope } from '../../../src/services/scope';
import { Excerpt } from '../../../src/ui/recorded/excerpt.svelte';
import { recordedVoice } from '../../../src/ui/recorded/recorded-voices';

const IDS = ['roosevelt', 'nightingale'];

describe.each(IDS)('the page of %s', (id) => {
  const voice = recordedVoice(id)!;

  it('plays a few seconds of the recording, which the name of the file calls authentic', () => {
    expect(voice.excerpt).toMatch(/^recordings\/[a-z-]+-\d{4}-authentic\.opus$/);
    expect(voice.excerpt).toContain(String(voice.year));
    const file = `public/${voice.excerpt}`;
    expect(readFileSync(file).subarray(0, 4).toString()).toBe('OggS');
    // 32 kbit/s: less than ten seconds.
    expect(statSync(file).size).toBeLessThan(40_000);
  });

  it.each(LOCALES)(
    'says in %s when, where and what was guessed, and that these words were never said',
    (locale) => {
      language.user = locale;
      const texts = [voice.when(), voice.known(), voice.guessed(), voice.rights()];
      for (const text of texts) expect(text.length).toBeGreaterThan(80);
      expect(voice.when()).toContain(String(voice.year));
      expect(voice.known()).toContain(voice.name);
      expect(voice.rights()).toContain('Wikimedia Commons');
      expect(m.recorded_never({ name: voice.name })).toContain(voice.name);
      // They would be those of the sentence that says they were never said.
      expect(texts.join()).not.toContain('these words');
      language.user = 'en';
      if (locale !== 'en')
        for (const text of [voice.when(), voice.known()]) expect(texts).not.toContain(text);
    },
  );

  it('is reached at its own address, and in the kiosk that comes with the app', () => {
    vi.stubGlobal('location', { hash: `#/voices/${id}` });
    vi.stubGlobal('window', new EventTarget());
    const route = new Route(new Scope());
    expect([route.page, route.voiceId]).toEqual(['voices', id]);
    expect(DEFAULT_EXHIBIT.voices.map((each) => each.id)).toContain(id);
    vi.unstubAllGlobals();
  });
});

it('there is none for other voices', () => {
  expect(recordedVoice('kathleen')).toBeUndefined();
});

describe('an excerpt', () => {
  const play = vi.fn<() => Promise<void>>();
  const pause = vi.fn();

  beforeEach(() => {
    vi.resetAllMocks();
    vi.stubGlobal(
      'Audio',
      class extends EventTarget {
        src = '';
        volume = 1;
        play = play;
        pause = pause;
      },
    );
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => vi.unstubAllGlobals());

  it('plays, stops, and falls silent with its page', async () => {
    const scope = new Scope();
    const excerpt = new Excerpt(scope, 'recordings/x.opus');
    await excerpt.toggle();
    expect(excerpt.isPlaying).toBe(true);
    await excerpt.toggle();
    expect(excerpt.isPlaying).toBe(false);
    await excerpt.toggle();
    scope.dispose();
    expect(excerpt.isPlaying).toBe(false);
    expect(pause).toHaveBeenCalledTimes(2);
  });

  it('says so when it cannot be played', async () => {
    play.mockRejectedValueOnce(new DOMException('no', 'NotSupportedError'));
    const excerpt = new Excerpt(new Scope(), 'recordings/x.opus');
    await excerpt.toggle();
    expect([excerpt.isPlaying, excerpt.hasFailed]).toEqual([false, true]);
    await excerpt.toggle();
    expect([excerpt.isPlaying, excerpt.hasFailed]).toEqual([true, false]);
  });
});
