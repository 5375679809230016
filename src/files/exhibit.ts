/** Languages of the texts for visitors. */
export const LOCALES = ['en', 'de', 'nl', 'fr', 'es'] as const;
export type Locale = (typeof LOCALES)[number];

/** A text in some of the languages of an exhibit. */
export type Texts = Partial<Record<Locale, string>>;

export interface ExhibitVoice {
  id: string;
  /** A `data:` URL of a PNG, JPEG or WebP; the drawn portrait where it is missing. */
  portrait?: string | undefined;
  name?: Texts | undefined;
  /** Who it is, in one line. */
  line?: Texts | undefined;
}

export interface OpeningHours {
  /** 0 is Sunday. */
  days: number[];
  /** `hh:mm`. */
  from: string;
  to: string;
}

/** What a museum decides about its kiosk. */
export interface Exhibit {
  format: 'understudy-exhibit';
  version: 1;
  title: Texts;
  /** `#rrggbb`. */
  accentColour: string;
  /** At least one; the first is shown first. */
  languages: Locale[];
  /** In the order on the screen. */
  voices: ExhibitVoice[];
  /** Sentences to say aloud. */
  prompts: Texts[];
  /** Seconds without a touch until a visit ends, 15..600. */
  idleSeconds: number;
  /** Ceiling and default, 0..1. */
  volume: number;
  noticeBeforePlayback: boolean;
  exportAllowed: boolean;
  openingHours?: OpeningHours[] | undefined;
  /** Path on the same origin. */
  heartbeat?: string | undefined;
  /** Whether all controls are in the lower half of the screen. */
  reachableControls?: boolean | undefined;
  /** Base64 of `.understudy` files. */
  enrolledVoices?: string[] | undefined;
}

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
  accentColour: '#8f1d3d',
  languages: ['en', 'de', 'nl', 'fr', 'es'],
  voices: [{ id: 'kathleen' }, { id: 'joe' }, { id: 'kerstin' }],
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
