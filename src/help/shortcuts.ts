import { m } from '../text/messages';

/** Names of keys; those of letters and signs are the same in every language. */
export const KEY_NAMES: Readonly<Record<string, () => string>> = {
  Space: m.help_key_space,
  Enter: m.help_key_enter,
  Esc: m.help_key_escape,
  Ctrl: m.help_key_ctrl,
  Alt: m.help_key_alt,
  Shift: m.help_key_shift,
  '←': m.help_key_left,
  '→': m.help_key_right,
  '↑': m.help_key_up,
  '↓': m.help_key_down,
};

export interface Shortcut {
  /** Any of these combinations of keys that are pressed together. */
  keys: readonly (readonly string[])[];
  does: () => string;
}

/** The shortcuts of the app by where they work. */
export const SHORTCUTS: readonly { where: () => string; list: readonly Shortcut[] }[] = [
  {
    where: m.help_keys_everywhere,
    list: [
      { keys: [['?']], does: m.help_keys_sheet },
      { keys: [['Esc']], does: m.help_keys_close_dialog },
    ],
  },
  {
    where: m.help_keys_studio,
    list: [
      { keys: [['Space']], does: m.help_keys_play },
      { keys: [['←'], ['→']], does: m.help_keys_arrows },
      { keys: [['Esc']], does: m.help_keys_rename },
    ],
  },
  {
    where: m.help_keys_live,
    list: [
      { keys: [['L']], does: m.help_keys_start },
      { keys: [['Space'], ['Enter']], does: m.help_keys_bypass },
      { keys: [['Esc']], does: m.help_keys_presenter },
    ],
  },
  {
    where: m.help_keys_pieces,
    list: [
      { keys: [['Space']], does: m.help_keys_piece_play },
      { keys: [['K']], does: m.help_keys_piece_keep },
      { keys: [['D']], does: m.help_keys_piece_drop },
      { keys: [['U']], does: m.help_keys_piece_undecided },
      { keys: [['↓'], ['N']], does: m.help_keys_piece_next },
      { keys: [['↑'], ['P']], does: m.help_keys_piece_previous },
    ],
  },
  {
    where: m.help_keys_kiosk,
    list: [
      { keys: [['←'], ['→'], ['↑'], ['↓']], does: m.help_keys_kiosk_move },
      { keys: [['Space'], ['Enter']], does: m.help_keys_kiosk_speak },
      { keys: [['Ctrl', 'Alt', 'Shift', 'S']], does: m.help_keys_kiosk_staff },
    ],
  },
];
