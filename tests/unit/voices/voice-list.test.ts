import { render } from 'svelte/server';
import { expect, it } from 'vitest';
import VoiceList from '../../../src/voices/VoiceList.svelte';
import { sealed } from '../provenance/records';

it('every button of a voice is called what it shows, and more', () => {
  const row = { id: 'own-1', name: 'Ada', bytes: 86_000, signer: 'ab', consent: sealed() };
  const library = { voices: [row], damaged: 0, revoked: new Set(), ownSigner: 'ab', playing: null };
  const { body } = render(VoiceList, { props: { library: library } });
  const buttons = [...body.matchAll(/<button[^>]*aria-label="([^"]*)"[^>]*>([^<]*)/g)];
  const names = buttons.map(([, name, text]) => [text!.replace('▶', '').trim(), name!]);
  expect(names).toHaveLength(4);
  for (const [text, name] of names) expect(name).toContain(text);
});
