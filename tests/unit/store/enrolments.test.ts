import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeDatabase, database } from '../../../src/store/db';
import {
  addRecording,
  changeEnrolment,
  deleteEnrolment,
  listEnrolments,
  readMade,
  readRecording,
  removeRecording,
  saveMade,
} from '../../../src/store/enrolments';
import type { EnrolmentRow } from '../../../src/store/rows';
import { sealed } from '../provenance/records';
import { enrolment, recording } from './enrolment-rows';

const add = (name: string, fresh?: EnrolmentRow) => addRecording('e', { ...recording, name }, fresh);
const only = async () => (await listEnrolments())[0]!;
const names = ({ recordings }: EnrolmentRow) => recordings.map(({ name }) => name);

beforeEach(async () => {
  await changeEnrolment('e', (row) => row, enrolment());
});

afterEach(async () => {
  await closeDatabase();
  await deleteDB('understudy');
});

describe('an unfinished voice that two tabs work on', () => {
  it('keeps the recordings that both add', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => add(name)));
    expect(names(await only()).sort()).toEqual(['a', 'b', 'c']);
    for (const each of (await only()).recordings) expect(await readRecording(each)).toHaveLength(16000);
  });

  it('keeps those that both add first', async () => {
    await deleteEnrolment('e');
    await Promise.all(['a', 'b'].map((name) => add(name, enrolment())));
    expect(names(await only()).sort()).toEqual(['a', 'b']);
  });

  it('loses the recording that one removes, and no other', async () => {
    const { samplesId } = (await add('a')).recordings[0]!;
    const adding = add('b');
    await Promise.all([removeRecording('e', samplesId), adding]);
    expect(names(await only())).toEqual(['b']);
    expect(await (await database()).count('chunks')).toBe(1);
  });

  it('keeps what both change', async () => {
    await Promise.all([
      changeEnrolment('e', (row) => ({ ...row, about: { ...row.about, name: 'Ada' } })),
      changeEnrolment('e', (row) => ({ ...row, about: { ...row.about, language: 'de' } })),
      changeEnrolment('e', (row) => ({ ...row, step: 'listen' })),
    ]);
    expect(await only()).toMatchObject({ about: { name: 'Ada', language: 'de' }, step: 'listen' });
  });

  it.each<[string, (samplesId: string) => Promise<unknown>]>([
    ['adds a recording', () => add('b')],
    ['removes one', (samplesId) => removeRecording('e', samplesId)],
    ['changes it', () => changeEnrolment('e', (row) => ({ ...row, step: 'listen' }))],
    ['has made the voice', () => saveMade('e', new Blob(['voice']))],
  ])('stays deleted when the other %s', async (_, change) => {
    const { samplesId } = (await add('a')).recordings[0]!;
    await deleteEnrolment('e');
    await expect(change(samplesId)).rejects.toMatchObject({ name: 'StoreError', code: 'missing' });
    expect(await listEnrolments()).toEqual([]);
    const db = await database();
    expect([await db.count('chunks'), await db.count('voiceFiles')]).toEqual([0, 0]);
  });

  it('that one finishes keeps what the other has added since', async () => {
    const used = (await add('a')).recordings.map(({ samplesId }) => samplesId);
    await changeEnrolment('e', (row) => ({ ...row, step: 'train', consent: sealed() }));
    await saveMade('e', new Blob(['voice']));
    await add('b');
    expect(await deleteEnrolment('e', used)).toBe(true);
    expect(await only()).toMatchObject({ step: 'collect', consent: null, recordings: [{ name: 'b' }] });
    expect(await readMade('e')).toBeUndefined();
    expect(await (await database()).count('chunks')).toBe(1);
    const rest = (await only()).recordings.map(({ samplesId }) => samplesId);
    expect(await deleteEnrolment('e', rest)).toBe(false);
    expect(await listEnrolments()).toEqual([]);
  });

  it('is not changed where the change fails', async () => {
    const change = changeEnrolment('e', () => {
      throw new Error('no');
    });
    await expect(change).rejects.toThrow('no');
    expect(await only()).toEqual(enrolment());
  });
});
