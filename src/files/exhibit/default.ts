import { m } from '../../paraglide/messages';
import { LOCALES } from './locales';
import type { Exhibit, Locale, Texts } from './types';

const inAll = (message: (inputs: object, options: { locale: Locale }) => string): Texts =>
  Object.fromEntries(LOCALES.map((locale) => [locale, message({}, { locale })]));

/** The exhibit of a device that was given none. */
export const DEFAULT_EXHIBIT: Exhibit = {
  format: 'understudy-exhibit',
  version: 1,
  title: {
    en: 'Another voice',
    de: 'Eine andere Stimme',
    nl: 'Een andere stem',
    fr: 'Une autre voix',
    es: 'Otra voz',
  },
  accentColour: '#ff8aa5',
  languages: ['en', 'de', 'nl', 'fr', 'es'],
  voices: [
    {
      id: 'ambrose',
      line: {
        en: 'An old man whom nobody has ever met: his voice was computed.',
        de: 'Ein alter Mann, dem nie jemand begegnet ist: Seine Stimme wurde berechnet.',
        nl: 'Een oude man die niemand ooit heeft ontmoet: zijn stem is berekend.',
        fr: 'Un vieil homme que personne n’a jamais rencontré : sa voix a été calculée.',
        es: 'Un anciano al que nadie ha conocido: su voz fue calculada.',
      },
    },
    { id: 'kathleen', line: inAll(m.ui_voice_kathleen_line) },
    {
      id: 'joe',
      line: {
        en: 'A man from the United States, computed from public recordings.',
        de: 'Ein Mann aus den USA, aus gemeinfreien Aufnahmen berechnet.',
        nl: 'Een man uit de Verenigde Staten, berekend uit publieke opnamen.',
        fr: 'Un homme des États-Unis, calculé d’après des enregistrements publics.',
        es: 'Un hombre de Estados Unidos, calculado a partir de grabaciones públicas.',
      },
    },
    { id: 'kerstin', line: inAll(m.ui_voice_kerstin_line) },
    {
      id: 'nathalie',
      line: {
        en: 'A woman from the Netherlands, bright and lively.',
        de: 'Eine Frau aus den Niederlanden, hell und lebhaft.',
        nl: 'Een vrouw uit Nederland, helder en levendig.',
        fr: 'Une femme des Pays-Bas, à la voix claire et vive.',
        es: 'Una mujer de los Países Bajos, de voz clara y viva.',
      },
    },
    {
      id: 'pip',
      line: {
        en: 'A child that does not exist: the voice was computed.',
        de: 'Ein Kind, das es nicht gibt: Die Stimme wurde berechnet.',
        nl: 'Een kind dat niet bestaat: de stem is berekend.',
        fr: 'Un enfant qui n’existe pas : la voix a été calculée.',
        es: 'Un niño que no existe: la voz fue calculada.',
      },
    },
    { id: 'roosevelt', line: inAll(m.recorded_roosevelt_line) },
    { id: 'nightingale', line: inAll(m.recorded_nightingale_line) },
  ],
  prompts: [
    {
      en: 'Say what you would have said.',
      de: 'Sagen Sie, was Sie gesagt hätten.',
      nl: 'Zeg wat u gezegd zou hebben.',
      fr: 'Dites ce que vous auriez dit.',
      es: 'Diga lo que usted habría dicho.',
    },
    {
      en: 'Good evening. I have come a long way to speak to you tonight.',
      de: 'Guten Abend. Ich bin weit gereist, um heute zu Ihnen zu sprechen.',
      nl: 'Goedenavond. Ik ben van ver gekomen om u vanavond toe te spreken.',
      fr: 'Bonsoir. Je suis venu de loin pour vous parler ce soir.',
      es: 'Buenas noches. He venido de lejos para hablarles esta noche.',
    },
  ],
  idleSeconds: 45,
  volume: 0.8,
  noticeBeforePlayback: false,
  exportAllowed: false,
};
