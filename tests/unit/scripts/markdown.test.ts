import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderGuide, topicOf } from '../../../scripts/help/markdown.mjs';
import { LOCALES, type Locale } from '../../../src/files/exhibit';
import { TOPICS } from '../../../src/help/topics';

const CALLS = 'docs/help/en/calls.md';
const render = (text: string, path = CALLS) => renderGuide(`# Title\n\n${text}`, path);

describe('a guide', () => {
  it('has its title, and headings with the ids that GitHub gives them', () => {
    const guide = renderGuide('# In *calls*\n\n## Set `it` up!\n\n### Ton\n\n## Set it up\n\n## Über', CALLS);
    expect(guide.title).toBe('In calls');
    expect(guide.headings).toEqual([
      { id: 'set-it-up', text: 'Set it up!' },
      { id: 'set-it-up-1', text: 'Set it up' },
      { id: 'über', text: 'Über' },
    ]);
    expect(guide.html).toContain('<h2 id="help-set-it-up">Set <code>it</code> up!</h2>');
    expect(guide.html).toContain('<h3 id="help-ton">Ton</h3>');
    expect(guide.html).not.toContain('<h1');
  });

  it.each([
    ['[a](voices.md)', '<a href="#/help/voices">a</a>'],
    ['[a](../../museum.md#8-test-it)', '<a href="#/help/museum/8-test-it">a</a>'],
    ['[a](#windows)\n\n## Windows', '<a href="#/help/calls/windows">a</a>'],
    ['[a](#/live)', '<a href="#/live">a</a>'],
    ['[a](https://a.example/)', '<a href="https://a.example/" target="_blank" rel="noreferrer">a</a>'],
    // Not in the app.
    ['see [*a* b](../../watermark.md).', '<p>see <em>a</em> b.</p>'],
  ])('points %s into the app', (text, html) => {
    expect(render(text).html).toContain(html);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror="alert(1)">',
    '[a](javascript:alert(1))',
    '[a](  JaVaScRiPt:alert(1))',
    '![a](https://a.example/a.png)',
    '<svg onload=alert(1)>',
    '[a](#/live "\\"onclick=alert(1)")',
    '[a](data:text/html;base64,AA)',
  ])('shows %s as text: no script passes', (text) => {
    const { html } = render(`${text}\n\n## Heading`);
    expect(html).not.toMatch(/<(script|img|svg|iframe)/i);
    expect(html).not.toMatch(/<[^>]*\s(on\w+\s*=|href="(javascript|data):)/i);
  });

  it.each([
    ['no title', '## Windows'],
    ['a second title', '# A\n\n# B'],
    ['a level left out', '# A\n\n### B'],
    ['a heading that is not there', '# A\n\n[a](#nowhere)'],
    ['a file that is not there', '# A\n\n[a](nowhere.md)'],
    ['an address without encryption', '# A\n\n[a](http://a.example/)'],
  ])('is refused with %s', (_what, text) => {
    expect(() => renderGuide(text, CALLS)).toThrow(CALLS);
  });
});

describe('the guides of the app', () => {
  const guide = (locale: Locale, topic: (typeof TOPICS)[number]) => {
    const path = topic.isEnglish ? `docs/${topic.id}.md` : `docs/help/${locale}/${topic.id}.md`;
    return renderGuide(readFileSync(path, 'utf8'), path);
  };
  const translated = TOPICS.filter(({ isEnglish }) => !isEnglish);

  it.each(LOCALES)('are all there in %s, under the titles that the list of guides gives', (locale) => {
    expect(readdirSync(`docs/help/${locale}`).sort()).toEqual(translated.map(({ id }) => `${id}.md`).sort());
    for (const topic of translated) {
      const { title, headings } = guide(locale, topic);
      // A message takes the locale as its second argument.
      const inLocale = topic.title as (inputs: object, options: { locale: Locale }) => string;
      expect(title).toBe(inLocale({}, { locale }));
      expect(headings).toHaveLength(guide('en', topic).headings.length);
    }
  });

  it.each(LOCALES)('link to guides and headings that are there in %s', (locale) => {
    const links = TOPICS.flatMap((topic) =>
      Array.from(guide(locale, topic).html.matchAll(/href="#\/help\/([^"/]+)\/?([^"]*)"/g), (match) => match),
    );
    expect(links.length).toBeGreaterThan(4);
    for (const [link, id, heading] of links) {
      const topic = TOPICS.find((each) => each.id === id);
      expect(topic, link).toBeDefined();
      if (heading) expect(guide(locale, topic!).html, link).toContain(`id="help-${heading}"`);
    }
  });

  it('are what the build makes modules of', () => {
    expect(topicOf('docs/help/de/calls.md')).toBe('calls');
    expect(topicOf('docs/museum.md')).toBe('museum');
    expect(topicOf('docs/watermark.md')).toBeUndefined();
  });
});
