import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, expect, it } from 'vitest';
import { EngineError } from '../../../../src/engine/errors';
import { closeDatabase } from '../../../../src/store/db';
import {
  countersCsv,
  countError,
  countOne,
  readCounters,
  resetCounters,
} from '../../../../src/store/device/counters';

afterEach(async () => {
  await closeDatabase();
  await deleteDB('understudy');
});

it('counters count, also when two things happen at once, and are reset', async () => {
  await Promise.all([countOne('visits'), countOne('visits'), countOne('conversions'), countOne('aborts')]);
  expect(await readCounters()).toMatchObject({ visits: 2, conversions: 1, aborts: 1, errors: {} });
  await resetCounters();
  expect(await readCounters()).toMatchObject({ visits: 0, conversions: 0, aborts: 0 });
});

it('errors are counted by kind, without what they say', async () => {
  await countError(new EngineError('gpu-lost', 'The GPU is gone.'));
  await countError(new EngineError('gpu-lost', 'The GPU is gone.'));
  await countError(new TypeError('secret words'));
  await countError('text');
  await countError(Object.assign(new Error('x'), { name: '=HYPERLINK("a")' }));
  const { errors } = await readCounters();
  expect(errors).toEqual({ 'gpu-lost': 2, TypeError: 1, other: 2 });
});

it('no more than forty kinds are counted apart', async () => {
  for (let i = 0; i < 45; i++) await countError({ name: `kind-${'x'.repeat(i % 30)}${i > 29 ? 'y' : ''}` });
  const { errors } = await readCounters();
  expect(Object.keys(errors).length).toBeLessThanOrEqual(41);
  expect(errors['other']).toBe(5);
});

it('the CSV has a line for each counter', () => {
  const counters = { since: 0, visits: 3, conversions: 2, aborts: 1, errors: { 'gpu-lost': 4 } };
  expect(countersCsv(counters, 60_000)).toBe(
    'what,count\r\nfrom,1970-01-01T00:00:00.000Z\r\nto,1970-01-01T00:01:00.000Z\r\nvisits,3\r\nconversions,2\r\naborts,1\r\nerror gpu-lost,4\r\n',
  );
});
