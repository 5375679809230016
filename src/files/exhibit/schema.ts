import * as v from 'valibot';
import { plainText } from '../../provenance';
import { LOCALES } from './locales';

export const LIMITS = {
  /** Characters. */
  text: 300,
  voices: 12,
  prompts: 20,
  /** Characters of the `data:` URL. */
  portrait: 400_000,
  hours: 14,
  enrolledVoices: 8,
  /** Characters of the whole file. */
  file: 32 * 2 ** 20,
  idleSeconds: { low: 15, high: 600 },
} as const;

/** What is required at a place of the file: the message of every issue of the schema. `faultInWords` words it. */
export type AllowedCode =
  | 'exhibit'
  | 'format'
  | 'version'
  | 'address'
  | 'texts'
  | 'text'
  | 'colour'
  | 'languages'
  | 'voices'
  | 'voice'
  | 'id'
  | 'portrait'
  | 'prompts'
  | 'idle'
  | 'fraction'
  | 'boolean'
  | 'hours'
  | 'days'
  | 'time'
  | 'path'
  | 'enrolled';

const because = <Code extends AllowedCode>(code: Code): Code => code;

const isOnce = (list: unknown[]) => new Set(list).size === list.length;
const flag = (description: string) => v.pipe(v.boolean(because('boolean')), v.description(description));

const text = v.pipe(
  v.string(because('text')),
  v.minLength(1, because('text')),
  v.maxLength(LIMITS.text, because('text')),
  v.check((value) => plainText(value, '') !== '', because('text')),
);

const texts = (description: string) =>
  v.pipe(
    v.strictObject(
      {
        en: v.exactOptional(text),
        de: v.exactOptional(text),
        nl: v.exactOptional(text),
        fr: v.exactOptional(text),
        es: v.exactOptional(text),
      },
      because('texts'),
    ),
    v.minEntries(1, because('texts')),
    v.description(description),
  );

const time = v.pipe(v.string(because('time')), v.regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, because('time')));

const voice = v.strictObject(
  {
    id: v.pipe(
      v.string(because('id')),
      v.regex(/^[A-Za-z0-9_-]{1,64}$/, because('id')),
      v.description('The id of a published voice, or of an enrolled one (it begins with own-).'),
    ),
    portrait: v.optional(
      v.pipe(
        v.string(because('portrait')),
        v.maxLength(LIMITS.portrait, because('portrait')),
        // The first bytes of the picture have to be those of its type.
        v.regex(
          /^data:image\/(png;base64,iVBORw0KGgo|jpeg;base64,\/9j\/|webp;base64,UklGR)[A-Za-z0-9+/]*={0,2}$/,
          because('portrait'),
        ),
        v.description('A picture of your own instead of the drawn portrait. It is shown square.'),
      ),
    ),
    name: v.optional(texts('The name on the screen; the name of the voice where it is missing.')),
    line: v.optional(texts('Who it is, in one line.')),
  },
  because('voice'),
);

const period = v.strictObject(
  {
    days: v.pipe(
      v.array(
        v.pipe(
          v.number(because('days')),
          v.integer(because('days')),
          v.minValue(0, because('days')),
          v.maxValue(6, because('days')),
        ),
        because('days'),
      ),
      v.minLength(1, because('days')),
      v.check((list) => isOnce(list), because('days')),
      v.description('Days on which the period begins; 0 is Sunday.'),
    ),
    from: v.pipe(time, v.description('hh:mm by the clock of the machine.')),
    to: v.pipe(time, v.description('hh:mm; the period ends on the next day unless this is later than from.')),
  },
  because('hours'),
);

/** An exhibit as its file holds it. `docs/exhibit.schema.json` is made from it by scripts/exhibit-schema.mjs. */
export const exhibitSchema = v.pipe(
  v.strictObject(
    {
      $schema: v.optional(
        v.pipe(
          v.string(because('address')),
          v.maxLength(LIMITS.text, because('address')),
          v.description('Address of this schema, for text editors. The app ignores it.'),
        ),
      ),
      format: v.literal('understudy-exhibit', because('format')),
      version: v.literal(1, because('version')),
      title: texts('The name of the exhibit, on the first screen.'),
      accentColour: v.pipe(
        v.string(because('colour')),
        v.regex(/^#[0-9a-fA-F]{6}$/, because('colour')),
        v.description(
          'Colour of the buttons, #rrggbb, on the dark page of the kiosk. Where its contrast to that is less than 7:1, it is mixed with white until it is 7:1.',
        ),
      ),
      languages: v.pipe(
        v.array(v.picklist(LOCALES, because('languages')), because('languages')),
        v.minLength(1, because('languages')),
        v.check((list) => isOnce(list), because('languages')),
        v.description('Languages that visitors can choose; the first is shown first.'),
      ),
      voices: v.pipe(
        v.array(voice, because('voices')),
        v.minLength(1, because('voices')),
        v.maxLength(LIMITS.voices, because('voices')),
        v.check((voices) => isOnce(voices.map(({ id }) => id)), because('voices')),
        v.description(
          'Voices that visitors can choose, in the order on the screen. A voice that this device does not have, or whose consent record does not allow its use today, is left out.',
        ),
      ),
      prompts: v.pipe(
        v.array(texts('A sentence in each language.'), because('prompts')),
        v.minLength(1, because('prompts')),
        v.maxLength(LIMITS.prompts, because('prompts')),
        v.description('Sentences that visitors may say aloud.'),
      ),
      idleSeconds: v.pipe(
        v.number(because('idle')),
        v.integer(because('idle')),
        v.minValue(LIMITS.idleSeconds.low, because('idle')),
        v.maxValue(LIMITS.idleSeconds.high, because('idle')),
        v.description('Seconds without a touch until a visit ends.'),
      ),
      volume: v.pipe(
        v.number(because('fraction')),
        v.minValue(0, because('fraction')),
        v.maxValue(1, because('fraction')),
        v.description('Volume at the start of each visit, and the highest that can be chosen.'),
      ),
      noticeBeforePlayback: flag(
        'Whether a spoken notice that the voice is synthetic comes before what a visitor hears.',
      ),
      exportAllowed: flag('Whether visitors may take their recording with them as a marked file.'),
      openingHours: v.optional(
        v.pipe(
          v.array(period, because('hours')),
          v.maxLength(LIMITS.hours, because('hours')),
          v.description('Outside of these the screen is dimmed. Always open where it is missing or empty.'),
        ),
      ),
      heartbeat: v.optional(
        v.pipe(
          v.string(because('path')),
          v.maxLength(200, because('path')),
          v.regex(/^\/(?!\/)[A-Za-z0-9._~/?=&%-]*$/, because('path')),
          v.description(
            'Path on the same server that is requested by GET once a minute while the kiosk works. Nothing is requested where it is missing.',
          ),
        ),
      ),
      reachableControls: v.optional(flag('Whether all controls are in the lower half of the screen.')),
      enrolledVoices: v.optional(
        v.pipe(
          v.array(
            // A zip, whose content is checked when it is imported.
            v.pipe(v.string(because('enrolled')), v.regex(/^UEsDB/, because('enrolled'))),
            because('enrolled'),
          ),
          v.maxLength(LIMITS.enrolledVoices, because('enrolled')),
          v.description(
            'Files of voices (.understudy) in base64. They are imported with the exhibit where their consent records allow import.',
          ),
        ),
      ),
    },
    because('exhibit'),
  ),
  v.title('Exhibit'),
  v.description('What a museum decides about its Understudy kiosk.'),
);
