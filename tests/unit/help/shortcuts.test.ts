import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEY_NAMES, SHORTCUTS } from '../../../src/help/shortcuts';
import { opensSheet } from '../../../src/help/sheet.svelte';

/** The keys that each file of the app listens for. */
const HANDLERS: Record<string, string[]> = {
  'src/help/HelpLinks.svelte': ['?'],
  // Any key counts as a touch.
  'src/kiosk/Kiosk.svelte': [],
  'src/kiosk/staff/StaffRoom.svelte': [],
  'src/kiosk/keypad.ts': ['←', '→', '↑', '↓'],
  'src/kiosk/screens/Speak.svelte': ['Space', 'Enter'],
  'src/kiosk/staff/door.ts': ['Ctrl', 'Alt', 'Shift', 'S'],
  'src/live/Live.svelte': ['L', 'Space', 'Enter'],
  'src/live/PresenterView.svelte': ['Esc'],
  'src/studio/TakeList.svelte': ['Esc'],
  'src/ui/transport/space-plays.ts': ['Space'],
  'src/voices/ListenPanel.svelte': ['Space', 'K', 'D', 'U', '↓', 'N', '↑', 'P'],
};

describe('the list of keyboard shortcuts', () => {
  const listed = SHORTCUTS.flatMap(({ list }) => list.flatMap(({ keys }) => keys.flat()));

  it('knows every file that listens for keys', () => {
    const files = readdirSync('src', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name));
    const listening = files.filter((file) => /['\s]?(on)?keydown\b/.test(readFileSync(file, 'utf8')));
    expect(listening.sort()).toEqual(Object.keys(HANDLERS).sort());
  });

  it('names the keys of each', () => {
    for (const [file, keys] of Object.entries(HANDLERS))
      for (const key of keys) expect(listed, file).toContain(key);
  });

  it('lists no key that nothing listens for, and has a name for all but letters and signs', () => {
    const known = new Set(Object.values(HANDLERS).flat());
    expect(listed.filter((key) => !known.has(key))).toEqual([]);
    for (const key of listed.filter((each) => !/^[A-Z?]$/.test(each)))
      expect(KEY_NAMES[key]?.()).toBeTruthy();
  });
});

describe('the key that opens it', () => {
  const press = (changes: object = {}, isTypedInto = false, isOn = true) =>
    opensSheet(
      {
        key: '?',
        target: { closest: () => (isTypedInto ? {} : null) },
        ...changes,
      } as unknown as KeyboardEvent,
      isOn,
    );

  it('is ? alone, once, where nothing else uses it', () => {
    expect(press()).toBe(true);
    expect(press({ target: null })).toBe(true);
    const others = [{ key: '/' }, { ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }];
    for (const other of [...others, { defaultPrevented: true }]) expect(press(other)).toBe(false);
    expect(press({}, true)).toBe(false);
    expect(press({}, false, false)).toBe(false);
  });
});
