/** Languages of the app, and of the texts for visitors. */
export const LOCALES = ['en', 'de', 'nl', 'fr', 'es'] as const;
