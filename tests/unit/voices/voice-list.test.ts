import { render } from 'svelte/server';
import { afterEach, expect, it } from 'vitest';
import { LOCALES } from '../../../src/files/exhibit';
import { language } from '../../../src/services/locale.svelte';
import VoiceList from '../../../src/voices/VoiceList.svelte';
import { sealed } from '../provenance/records';

afterEach(() => (language.user = 'en'));

it.each(LOCALES.flatMap((locale) => [null, 'own-1'].map((playing) => ({ locale, playing }))))(
  'every button of a voice is called what it shows, and more: $locale, playing $playing',
  ({ locale, playing }) => {
    language.user = locale;
    const row = { id: 'own-1', name: 'Ada', bytes: 86_000, signer: 'ab', consent: sealed() };
    const library = { voices: [row], damaged: 0, revoked: new Set(), ownSigner: 'ab', playing };
    const { body } = render(VoiceList, { props: { library: library, onMake: () => undefined } });
    const buttons = [...body.matchAll(/<button[^>]*aria-label="([^"]*)"[^>]*>([^<]*)/g)];
    const names = buttons.map(([, name, text]) => [text!.replace(/[▶■]/, '').trim(), name!]);
    expect(names).toHaveLength(4);
    for (const [text, name] of names) expect(name).toContain(text);
  },
);
