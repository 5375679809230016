import type * as v from 'valibot';
import type { LOCALES } from './locales';
import type { exhibitSchema } from './schema';

export type Locale = (typeof LOCALES)[number];

/** A text in some of the languages of an exhibit. */
export type Texts = Partial<Record<Locale, string>>;

/** What a museum decides about its kiosk; the schema describes the fields. */
export type Exhibit = v.InferOutput<typeof exhibitSchema>;
export type ExhibitVoice = Exhibit['voices'][number];
export type OpeningHours = NonNullable<Exhibit['openingHours']>[number];
