import { m } from '../../text/messages';
import { LIMITS, type AllowedCode } from './schema';

/** What is wrong at one place of an exhibit's file. */
export type Fault =
  /** It is no JSON. */
  | { what: 'syntax' }
  | { what: 'large' }
  /** `name`: path of the value, as in `voices.2.portrait`; empty for the whole file. */
  | { what: 'missing' | 'value'; name: string; allowed: AllowedCode }
  | { what: 'unknown' | 'twice'; name: string };

export interface Place {
  /** From 1. */
  line: number;
  column: number;
}

const { text, voices, portrait, prompts, hours, enrolledVoices, idleSeconds } = LIMITS;

const ALLOWED: Record<AllowedCode, () => string> = {
  exhibit: m.curator_allowed_exhibit,
  format: m.curator_allowed_format,
  version: m.curator_allowed_version,
  address: () => m.curator_allowed_address({ count: text }),
  texts: m.curator_allowed_texts,
  text: () => m.curator_allowed_text({ count: text }),
  colour: m.curator_allowed_colour,
  languages: m.curator_allowed_languages,
  voices: () => m.curator_allowed_voices({ count: voices }),
  voice: m.curator_allowed_voice,
  id: m.curator_allowed_id,
  portrait: () => m.curator_allowed_portrait({ count: portrait }),
  prompts: () => m.curator_allowed_prompts({ count: prompts }),
  idle: () => m.curator_allowed_idle(idleSeconds),
  fraction: m.curator_allowed_fraction,
  boolean: m.curator_allowed_boolean,
  hours: () => m.curator_allowed_hours({ count: hours }),
  days: m.curator_allowed_days,
  time: m.curator_allowed_time,
  path: m.curator_allowed_path,
  enrolled: () => m.curator_allowed_enrolled({ count: enrolledVoices }),
};

/** What is wrong with an exhibit and what is allowed, in the language shown. */
export function faultInWords(fault: Fault): string {
  if (fault.what === 'syntax') return m.curator_fault_syntax();
  if (fault.what === 'large') return m.curator_fault_large();
  const name = fault.name || m.curator_file_itself();
  switch (fault.what) {
    case 'missing':
      return m.curator_fault_missing({ name, allowed: ALLOWED[fault.allowed]() });
    case 'value':
      return m.curator_fault_value({ name, allowed: ALLOWED[fault.allowed]() });
    case 'unknown':
      return m.curator_fault_unknown({ name });
    case 'twice':
      return m.curator_fault_twice({ name });
  }
}

/** As `faultInWords`, with the line and column of the file. */
export function faultWithPlace({ fault, place }: { fault: Fault; place: Place }): string {
  return m.curator_fault_place({ ...place, what: faultInWords(fault) });
}
