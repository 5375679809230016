import { m } from '../../text/messages';

/** What is told about a built-in voice of a person who is known from one old recording. */
export interface RecordedVoice {
  id: string;
  /** As the person is called in every language. */
  name: string;
  /** Of the recording. */
  year: number;
  /** A few seconds of the recording itself; its address is relative to the app. */
  excerpt: string;
  /** Who it is, in one line. */
  line: () => string;
  when: () => string;
  known: () => string;
  guessed: () => string;
  rights: () => string;
}

export const RECORDED_VOICES: readonly RecordedVoice[] = [
  {
    id: 'roosevelt',
    name: 'Theodore Roosevelt',
    year: 1913,
    excerpt: 'recordings/theodore-roosevelt-1913-authentic.opus',
    line: m.recorded_roosevelt_line,
    when: m.recorded_roosevelt_when,
    known: m.recorded_roosevelt_known,
    guessed: m.recorded_roosevelt_guessed,
    rights: m.recorded_roosevelt_rights,
  },
  {
    id: 'nightingale',
    name: 'Florence Nightingale',
    year: 1890,
    excerpt: 'recordings/florence-nightingale-1890-authentic.opus',
    line: m.recorded_nightingale_line,
    when: m.recorded_nightingale_when,
    known: m.recorded_nightingale_known,
    guessed: m.recorded_nightingale_guessed,
    rights: m.recorded_nightingale_rights,
  },
];

/** Undefined for voices that are not of such a recording. */
export function recordedVoice(id: string): RecordedVoice | undefined {
  return RECORDED_VOICES.find((voice) => voice.id === id);
}
