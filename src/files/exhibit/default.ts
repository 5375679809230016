import type { Exhibit } from './types';

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
