import { expect, it } from 'vitest';
import { placeOf } from '../../../src/help/topics';

it.each([
  ['#/help', null, null],
  ['#/help/calls', 'calls', null],
  ['#/help/calls/windows', 'calls', 'windows'],
  ['#/help/kiosk/f%C3%BCr-das-personal', 'kiosk', 'für-das-personal'],
  ['#/help/kiosk/%', 'kiosk', null],
  ['#/help/nowhere/windows', null, null],
])('the address %s names the guide %s and the heading %s', (hash, topic, heading) => {
  const place = placeOf(hash);
  expect([place.topic?.id ?? null, place.heading]).toEqual([topic, heading]);
});
