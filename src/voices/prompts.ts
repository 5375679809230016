import type { Locale } from '../paraglide/runtime';

/** Everyday sentences to read aloud that cover most sounds of their language. */
const PROMPTS: Record<Locale, string[]> = {
  en: [
    'The old harbour was quiet, but for the gulls and a bell somewhere out in the fog.',
    'Could you measure five cups of flour, please, and put them in the large yellow bowl?',
    'She thought the journey would be short; it took three weeks and two broken wheels.',
    'Nobody knew why the clock in the church tower always struck thirteen on Thursdays.',
    'My brother joined the choir because he enjoys the noise, not because he can sing.',
    'When the sunlight strikes raindrops in the air, they act as a prism and form a rainbow.',
    'Where did you leave the keys? I looked under the chair, behind the door, everywhere!',
    'We watched the huge vehicles move slowly up the hill, usually in groups of six.',
  ],
  de: [
    'Der alte Hafen lag still, nur die Möwen schrien und irgendwo im Nebel schlug eine Glocke.',
    'Könntest du bitte fünf Tassen Mehl abmessen und in die große gelbe Schüssel geben?',
    'Niemand wusste, warum die Uhr im Kirchturm donnerstags immer dreizehn schlug.',
    'Mein Bruder singt im Chor, weil er den Lärm mag, nicht weil er singen kann.',
    'Wo hast du die Schlüssel gelassen? Ich habe überall nachgesehen, sogar hinter der Tür!',
    'Zwölf Boxkämpfer jagten Viktor quer über den großen Sylter Deich.',
  ],
  fr: [
    'Le vieux port était calme ; on entendait seulement les mouettes et une cloche dans la brume.',
    'Peux-tu mesurer cinq tasses de farine et les verser dans le grand bol jaune ?',
    'Personne ne savait pourquoi l’horloge sonnait toujours treize coups le jeudi.',
    'Où as-tu laissé les clés ? J’ai cherché partout, même derrière la porte !',
    'Mon frère chante dans le chœur parce qu’il aime le bruit, pas parce qu’il sait chanter.',
  ],
  es: [
    'El viejo puerto estaba tranquilo; solo se oían las gaviotas y una campana en la niebla.',
    '¿Puedes medir cinco tazas de harina y ponerlas en el cuenco grande y amarillo?',
    'Nadie sabía por qué el reloj de la torre daba siempre trece campanadas los jueves.',
    '¿Dónde dejaste las llaves? ¡Las busqué por todas partes, incluso detrás de la puerta!',
    'Mi hermano canta en el coro porque le gusta el ruido, no porque sepa cantar.',
  ],
  nl: [
    'De oude haven was stil, op de meeuwen na en een klok ergens in de mist.',
    'Kun je vijf kopjes bloem afmeten en ze in de grote gele kom doen?',
    'Niemand wist waarom de klok in de kerktoren op donderdag altijd dertien sloeg.',
    'Waar heb je de sleutels gelaten? Ik heb overal gezocht, zelfs achter de deur!',
    'Mijn broer zit in het koor omdat hij van lawaai houdt, niet omdat hij kan zingen.',
  ],
};

/** Languages with prompts. */
export const PROMPT_LANGUAGES = Object.keys(PROMPTS);

/** English for a language without prompts. */
export function promptsIn(language: string): string[] {
  return Object.hasOwn(PROMPTS, language) ? PROMPTS[language as Locale] : PROMPTS.en;
}

/** Splits the user's own text, in any script, into sentences to read. */
export function sentencesOf(text: string): string[] {
  const found = text.match(/[^.!?…。！？؟।\n]+[.!?…。！？؟।]*/gu) ?? [];
  return found.map((sentence) => sentence.trim()).filter((sentence) => sentence.length > 1);
}
