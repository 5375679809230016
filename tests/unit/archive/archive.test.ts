import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { planArchive, silenced } from '../../../src/archive/plan';
import { openArchive } from '../../../src/archive/read';
import { decodeStream } from '../../../src/audio/decode-stream';
import { fingerprint24 } from '../../../src/provenance';
import { database } from '../../../src/store/db';
import { deleteEnrolment, listEnrolments, readRecording } from '../../../src/store/enrolments';
import { loadSettings, saveSettings } from '../../../src/store/settings';
import { listTakes, loadTake, renameTake, saveTake } from '../../../src/store/takes';
import { deleteVoice, listRevocations, listVoices, readVoice, revoke } from '../../../src/store/voices';
import { detectWatermark } from '../../../src/watermark';
import { blend, sealed } from '../provenance/records';
import {
  bringBack,
  contents,
  freshDevice,
  keepEnrolment,
  keepVoice,
  output,
  parts,
  plan,
  relisted,
  saveEnrolment,
  source,
  SPEECH,
  voiceFile,
  write,
} from './device';

const bytesOf = (samples: Float32Array) =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
const other = sealed({ revocationContact: 'elsewhere@example.test' });
/** As if Kathleen were published under that record. */
const published = (id: string) =>
  Promise.resolve(id === 'kathleen' ? { consent: sealed(), data: ['e'.repeat(64)] } : null);

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await freshDevice();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('an archive', () => {
  it('transfers all data to another device, byte for byte except for marked outputs', async () => {
    const file = await keepVoice('own-a', 'Ada');
    const { id } = await saveTake({ name: 'First', source, output: output() });
    const plain = await saveTake({ name: 'Plain', source });
    const enrolment = await keepEnrolment();
    await revoke(other.sha256, 'asked for');
    saveSettings({ ...loadSettings(), theme: 'dark', deviceId: 'a microphone', voiceId: 'own-a' });
    const createdAt = (await loadTake(id)).createdAt;
    const revocations = await listRevocations();
    const saved = await write();
    expect(saved.leftOut).toEqual([]);
    expect(saved.fileName).toMatch(/^understudy-\d{4}-\d\d-\d\d\.understudy-all$/);

    await freshDevice();
    const arriving = await plan(saved.file);
    expect(arriving.voices.map(({ sealed: { record } }) => record.rightsHolder.name)).toEqual([
      'Ada Example',
    ]);
    expect([arriving.takes.length, arriving.enrolments.length, arriving.revocations.length]).toEqual([
      2, 1, 1,
    ]);
    expect(arriving.archive.manifest.settings).toMatchObject({
      theme: 'dark',
      deviceId: '',
      voiceId: 'own-a',
    });
    // Planning stores nothing.
    expect((await listTakes()).length + (await listVoices()).voices.length).toBe(0);
    await bringBack(saved.file);

    const came = await readVoice('own-a');
    expect(Buffer.from(await came!.arrayBuffer()).equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
    const take = await loadTake(id);
    expect(take).toMatchObject({ id, name: 'First', createdAt });
    expect(bytesOf(take.source.samples).equals(bytesOf(source.samples))).toBe(true);
    expect({ ...take.output, samples: null }).toEqual({ ...output(), samples: null });
    expect((await loadTake(plain.id)).output).toBeNull();
    expect(await listRevocations()).toEqual(revocations);
    const [row] = await listEnrolments();
    const samplesId = row!.recordings[0]!.samplesId;
    expect(row).toEqual({ ...enrolment, recordings: [{ ...enrolment.recordings[0], samplesId }] });
    expect(bytesOf(await readRecording(row!.recordings[0]!)).equals(bytesOf(SPEECH.slice(0, 16001)))).toBe(
      true,
    );
  });

  it('has converted audio only as marked by the export', async () => {
    const samples = Float32Array.from({ length: 4 * SPEECH.length }, (_, i) => SPEECH[i % SPEECH.length]!);
    await saveTake({ name: 'First', source, output: output({ samples }) });
    const saved = await write();
    const all = await parts(saved.file);
    const [wav, ...more] = Object.keys(all).filter((name) => name.endsWith('.wav'));
    expect(more).toEqual([]);
    const decoded = await decodeStream(new Blob([all[wav!]!]), 'a.wav', {});
    expect(decoded.samples.length).toBe(samples.length);
    expect((await detectWatermark(decoded.samples, 24000, {})).payload?.id24).toBe(fingerprint24(sealed()));
    for (const [name, bytes] of Object.entries(all))
      expect(Buffer.from(bytes).includes(bytesOf(samples).subarray(0, 400)), name).toBe(false);

    await freshDevice();
    await bringBack(saved.file);
    const [take] = await listTakes();
    expect((await loadTake(take!.id)).output!.samples).toEqual(decoded.samples);
    // Marked again by the next archive, it has the same payload.
    const again = Object.entries(await parts((await write()).file)).find(([name]) => name.endsWith('.wav'))!;
    const twice = await decodeStream(new Blob([again[1]]), 'a.wav', {});
    const found = await detectWatermark(twice.samples, 24000, {});
    expect(found).toMatchObject({
      present: 'yes',
      payloadOk: true,
      payload: { id24: fingerprint24(sealed()) },
    });
  });

  it('leaves out items that may not be exported or cannot be read, and lists them', async () => {
    await keepVoice('own-a', 'Ada', sealed({ uses: ['convert'] }));
    await keepVoice('own-b', 'Bea', other);
    await revoke(other.sha256, 'asked for');
    await saveTake({ name: 'Lent', source, output: output({ consent: sealed({ uses: ['convert'] }) }) });
    const hurt = await saveTake({ name: 'Hurt', source });
    const db = await database();
    const { sourceId } = (await db.get('takes', hurt.id))!;
    await db.delete('chunks', [sourceId, 0]);
    await db.put('takes', { id: 'broken' } as never);
    const { file, leftOut } = await write();
    expect(leftOut.map(({ name }) => name).sort()).toEqual(['1 more', 'Ada', 'Bea', 'Hurt', 'Lent, as Ada']);
    expect(leftOut.find(({ name }) => name === 'Bea')!.why).toMatch(/revoked/);
    const { manifest } = await openArchive(file);
    expect(manifest.voices).toEqual([]);
    expect(manifest.takes.map(({ name, output: converted }) => [name, converted])).toEqual([['Lent', null]]);
    expect(Object.keys(await parts(file)).length).toBe(2);
  });

  it('uses the record of the published voice where a take has none', async () => {
    const { consent: _consent, ...old } = output({ voiceId: 'kathleen' });
    await saveTake({ name: 'Old', source, output: old });
    expect((await write()).leftOut[0]!.why).toMatch(/no consent record/);
    const { file } = await write({ voiceOf: published });
    await freshDevice();
    await bringBack(file, { voiceOf: published });
    expect((await loadTake((await listTakes())[0]!.id)).output!.consent).toEqual(sealed());
  });

  it('is skipped where the same data exists, however often and even if renamed', async () => {
    await keepVoice('own-a', 'Ada');
    const { id } = await saveTake({ name: 'First', source, output: output() });
    await saveTake({ name: 'Lent', source, output: output({ consent: sealed({ uses: ['convert'] }) }) });
    await keepEnrolment();
    const { file } = await write();
    await renameTake(id, 'Renamed');
    const before = await contents();
    const here = await plan(file);
    expect([here.voices, here.takes, here.enrolments, here.revocations]).toEqual([[], [], [], []]);
    expect(here.same).toBe(4);
    await bringBack(file);
    expect(await contents()).toEqual(before);

    await freshDevice();
    await bringBack(file);
    const once = await contents();
    await bringBack(file);
    expect(await contents()).toEqual(once);
  });

  it('transfers a take of a live session, which has no rtf', async () => {
    const { rtf: _rtf, ...live } = output();
    const { id } = await saveTake({ name: 'Live', source, output: live });
    const { file } = await write();
    await freshDevice();
    await bringBack(file);
    expect((await loadTake(id)).output).not.toHaveProperty('rtf');
    expect((await plan(file)).same).toBe(1);
  });

  it('gets new ids where other data has the same ids, and replaces nothing', async () => {
    await keepVoice('own-a', 'Ada of there');
    const { id } = await saveTake({ name: 'There', source, output: output() });
    await keepEnrolment();
    const { file } = await write();

    await freshDevice();
    const mine = await keepVoice('own-a', 'Ada of here');
    const kept = await saveTake({ name: 'Here', source, output: output({ rtf: 0.5 }) });
    const db = await database();
    await db.put('takes', { ...(await db.get('takes', kept.id))!, id });
    await db.delete('takes', kept.id);
    await saveEnrolment({ ...(await keepEnrolment()), step: 'listen' });
    const here = await plan(file);
    expect(here.refused).toEqual([
      { name: 'Ada of there', why: expect.stringMatching(/“Ada of here”.*is kept/) as string },
    ]);
    await bringBack(file);

    const voice = await readVoice('own-a');
    expect(Buffer.from(await voice!.arrayBuffer()).equals(Buffer.from(await mine.arrayBuffer()))).toBe(true);
    expect((await listTakes()).map(({ name }) => name).sort()).toEqual(['Here', 'There']);
    expect((await loadTake(id)).name).toBe('Here');
    expect((await listEnrolments()).map(({ step }) => step).sort()).toEqual(['listen', 'train']);
    await deleteEnrolment('e');
    expect(await readRecording((await listEnrolments())[0]!.recordings[0]!)).toHaveLength(16001);
  });

  it('is imported beside damaged rows too', async () => {
    await keepVoice('own-a', 'Ada');
    const { id } = await saveTake({ name: 'First', source });
    const { file } = await write();
    await freshDevice();
    const db = await database();
    await db.put('takes', { id } as never);
    await db.put('voices', { id: 'own-a' } as never);
    await bringBack(file);
    expect((await listTakes()).map(({ name }) => name)).toEqual(['First']);
    expect(await db.get('takes', id)).toEqual({ id });
    expect((await listVoices()).voices).toEqual([]);
    expect((await plan(file)).refused.map(({ name }) => name)).toEqual(['Ada']);
  });

  it('transfers no voice whose permission is revoked, expired or does not cover it; its takes are imported unconverted', async () => {
    const until = sealed({ until: '2031-06-30' });
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-06-01') });
    await keepVoice('own-taken', 'Taken');
    await keepVoice('own-blend', 'Blend', blend([sealed()]));
    await keepVoice('own-ended', 'Ended', until);
    await keepVoice('own-narrow', 'Narrow', sealed({ uses: ['convert', 'export'] }));
    await keepVoice('own-good', 'Good', other);
    await saveTake({ name: 'T', source, output: output() });
    await saveTake({ name: 'E', source, output: output({ consent: until }) });
    await saveTake({ name: 'G', source, output: output({ consent: other }) });
    const { file, leftOut } = await write();
    expect(leftOut).toEqual([]);

    await freshDevice();
    vi.setSystemTime(new Date('2031-07-01'));
    await revoke(sealed().sha256, 'asked for');
    const names = (await plan(file)).refused.map(({ name }) => name).sort();
    expect(names).toEqual(['Blend', 'E, as Ada', 'Ended', 'Narrow', 'T, as Ada', 'Taken']);
    await bringBack(file);
    expect((await listVoices()).voices.map(({ name }) => name)).toEqual(['Good']);
    const takes = await listTakes();
    expect(takes.filter((take) => take.output).map(({ name }) => name)).toEqual(['G']);
    expect(takes.length).toBe(3);
  });

  it('transfers revocations, and names the voices that they disable', async () => {
    await revoke(sealed().sha256, 'asked for');
    const { file } = await write();
    await freshDevice();
    const voices = [
      { name: 'Ada', consent: sealed(), data: [] },
      { name: 'Blend', consent: blend([sealed()]), data: [] },
      { name: 'Other', consent: other, data: [] },
    ];
    expect(silenced(await plan(file), voices)).toEqual(['Ada', 'Blend']);
    await bringBack(file);
    expect((await listRevocations()).map(({ sha256 }) => sha256)).toEqual([sealed().sha256]);
    expect(silenced(await plan(file), voices)).toEqual([]);
  });

  it('transfers neither a voice nor an output whose consent record was changed', async () => {
    await keepVoice('own-a', 'Ada');
    await saveTake({ name: 'First', source, output: output() });
    const changed = { ...sealed(), record: { ...sealed().record, until: null, uses: ['convert', 'export'] } };
    const file = await relisted((await write()).file, (list) => (list.takes[0]!.output!.consent = changed));
    await freshDevice();
    expect((await plan(file)).refused).toEqual([
      { name: 'First, as Ada', why: expect.stringMatching(/changed since/) as string },
    ]);
    await bringBack(file);
    expect((await listTakes())[0]!.output).toBeNull();
    // A voice file with an invalid signature and the right hash in the manifest.
    await deleteVoice('own-a');
    const hurt = new Uint8Array(await (await voiceFile('own-a', 'Ada', sealed())).arrayBuffer());
    hurt[hurt.indexOf(0x7b) + 40]! ^= 1;
    await (await database()).put('voiceFiles', hurt.buffer, 'own-a');
    const forged = await planArchive(
      {
        bytes: 1,
        manifest: {
          ...(await openArchive(file)).manifest,
          takes: [],
          voices: [{ name: 'parts/0.understudy', bytes: hurt.length, sha256: 'a'.repeat(64) }],
        },
        read: () => Promise.resolve(hurt.buffer),
      },
      { voiceOf: published },
    );
    expect(forged.voices).toEqual([]);
    expect(forged.refused[0]!.why).toMatch(/Nothing was stored/);
  });
});
