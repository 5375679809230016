type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/**
 * The character of a shortcut with a single key, letters in lower case. Null for Space, which is no character here, for keys that type none
 * or are pressed with Ctrl, Alt or Meta, and for all where the user has turned such shortcuts off (WCAG 2.2, 2.1.4).
 */
export function singleKey({ key, ctrlKey, metaKey, altKey }: Pressed, isOn: boolean): string | null {
  const isAlone = key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey;
  return isOn && isAlone ? key.toLowerCase() : null;
}
