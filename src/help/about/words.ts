import type { Held } from '../../store/kept/held';
import type { KeptKind } from '../../store/kept/kept';
import { m } from '../../text/messages';
import { dataSize } from '../../text/format';

interface Words {
  name: () => string;
  what: () => string;
  /** How many there are; left out where a number says nothing. */
  count?: (inputs: { count: number }) => string;
  /** Of the confirmation: the question, what is lost and what is kept. */
  question: () => string;
  lost: () => string;
}

export const WORDS: Record<KeptKind, Words> = {
  networks: {
    name: m.help_networks,
    what: m.help_networks_what,
    count: m.help_networks_count,
    question: m.help_networks_delete,
    lost: m.help_networks_lost,
  },
  takes: {
    name: m.help_takes,
    what: m.help_takes_what,
    count: m.help_takes_count,
    question: m.help_takes_delete,
    lost: m.help_takes_lost,
  },
  voices: {
    name: m.help_own_voices,
    what: m.help_own_voices_what,
    count: m.help_own_voices_count,
    question: m.help_own_voices_delete,
    lost: m.help_own_voices_lost,
  },
  unfinished: {
    name: m.help_unfinished,
    what: m.help_unfinished_what,
    count: m.help_unfinished_count,
    question: m.help_unfinished_delete,
    lost: m.help_unfinished_lost,
  },
  kiosk: {
    name: m.help_exhibit,
    what: m.help_exhibit_what,
    question: m.help_exhibit_delete,
    lost: m.help_exhibit_lost,
  },
  scores: {
    name: m.help_scores,
    what: m.help_scores_what,
    question: m.help_scores_delete,
    lost: m.help_scores_lost,
  },
  settings: {
    name: m.help_settings,
    what: m.help_settings_what,
    question: m.help_settings_delete,
    lost: m.help_settings_lost,
  },
};

const SMALL_BYTES = 1000;

/** "3 takes, 12 MB"; "nothing"; `held` is null where it cannot be read, undefined until it has been. */
export function heldInWords(kind: KeptKind, held: Held | null | undefined): string {
  if (held === undefined) return m.help_held_reading();
  if (held === null) return m.help_held_unknown();
  if (held.count === 0) return m.help_held_nothing();
  const count = WORDS[kind].count?.({ count: held.count });
  const size =
    held.bytes < SMALL_BYTES ? m.help_held_small({ size: dataSize(SMALL_BYTES) }) : dataSize(held.bytes);
  return count ? m.help_held({ count, size }) : size;
}
