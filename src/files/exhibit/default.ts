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
    {
      id: 'kathleen',
      line: {
        en: 'A woman from the United States, warm and measured.',
        de: 'Eine Frau aus den USA, warm und bedächtig.',
        nl: 'Een vrouw uit de Verenigde Staten, warm en bedachtzaam.',
        fr: 'Une femme des États-Unis, à la voix chaleureuse et posée.',
        es: 'Una mujer de Estados Unidos, de voz cálida y pausada.',
      },
    },
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
    {
      id: 'kerstin',
      line: {
        en: 'A woman from Germany, clear and even.',
        de: 'Eine Frau aus Deutschland, klar und ruhig.',
        nl: 'Een vrouw uit Duitsland, helder en gelijkmatig.',
        fr: 'Une femme d’Allemagne, à la voix claire et régulière.',
        es: 'Una mujer de Alemania, de voz clara y serena.',
      },
    },
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
    {
      id: 'roosevelt',
      line: {
        en: 'President of the United States, from an acoustic disc of 1913.',
        de: 'Präsident der Vereinigten Staaten, nach einer Schallplatte von 1913.',
        nl: 'President van de Verenigde Staten, van een plaat uit 1913.',
        fr: 'Président des États-Unis, d’après un disque de 1913.',
        es: 'Presidente de Estados Unidos, según un disco de 1913.',
      },
    },
    {
      id: 'nightingale',
      line: {
        en: 'Founder of modern nursing, from a wax cylinder of 1890.',
        de: 'Begründerin der modernen Krankenpflege, nach einer Wachswalze von 1890.',
        nl: 'Grondlegster van de moderne verpleging, van een wasrol uit 1890.',
        fr: 'Fondatrice des soins infirmiers modernes, d’après un cylindre de cire de 1890.',
        es: 'Fundadora de la enfermería moderna, según un cilindro de cera de 1890.',
      },
    },
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
