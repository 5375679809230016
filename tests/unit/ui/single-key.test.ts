import { expect, it } from 'vitest';
import { singleKey } from '../../../src/ui/single-key';

const press = (key: string, changes: object = {}) => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false },
  ...changes,
});

it('a shortcut with a single key is a letter or sign alone, and none once they are off', () => {
  expect(singleKey(press('l'), true)).toBe('l');
  expect(singleKey(press('L', { shiftKey: true }), true)).toBe('l');
  expect(singleKey(press('?'), true)).toBe('?');
  expect(singleKey(press('l'), false)).toBeNull();
  for (const key of [' ', 'Enter', 'Escape', 'ArrowLeft', 'F1'])
    expect(singleKey(press(key), true)).toBeNull();
  for (const held of ['ctrlKey', 'metaKey', 'altKey'])
    expect(singleKey(press('l', { [held]: true }), true)).toBeNull();
});
