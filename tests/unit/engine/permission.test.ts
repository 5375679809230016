import { beforeAll, describe, expect, it, vi } from 'vitest';
import { convertTake } from '../../../src/engine/offline';
import { ConversionStream } from '../../../src/engine/stream';
import { DEFAULT_CONTROLS } from '../../../src/engine/types';
import type { VoiceDraft } from '../../../src/engine/voice';
import { VoiceCatalogue } from '../../../src/files/voice-catalogue';
import { writeVoiceFile } from '../../../src/files/voice-file';
import { EnrolmentJobs } from '../../../src/enrol/jobs';
import { exportTake } from '../../../src/export/export';
import {
  createSigningKey,
  USES,
  type SealedRecord,
  type SigningKey,
  type Use,
} from '../../../src/provenance';
import { requirePermission } from '../../../src/provenance';
import { fakeSpeakerEncoder } from '../enrol/mixture';
import { sealed } from '../provenance/records';
import { fakeNetworks, fakeVoice } from './fake-networks';
import { sine } from './helpers';
import { BASE, loadedConverter, NOTHING } from './loaded-converter';

vi.mock('../../../src/engine/backends/ort', () => ({}));

const revokedRecord = sealed({ revocationContact: 'revoked@example.test' });
const REVOKED = new Set([revokedRecord.sha256]);
vi.mock('../../../src/store/voices', () => ({ revoked: async () => REVOKED }));

const without = (use: Use): SealedRecord => sealed({ uses: USES.filter((other) => other !== use) });
const altered = (): SealedRecord => {
  const { record, sha256 } = sealed();
  return { record: { ...record, revocationContact: 'adA@example.test' }, sha256 };
};

const TONE = sine(120, 16000, 1, 0.1);
const stream = (consent: unknown, use: Use) =>
  new ConversionStream({
    networks: fakeNetworks(),
    voice: fakeVoice({ permission: { sealed: consent, revoked: REVOKED, data: [] } }),
    controls: DEFAULT_CONTROLS,
    profile: { medianF0Hz: 120, speechLevelDb: -20 },
    sampleRateHz: 16000,
    use,
  });
const take = (consent: unknown, use: Use) =>
  convertTake({
    networks: fakeNetworks(),
    voice: fakeVoice({ permission: { sealed: consent, revoked: REVOKED, data: [] } }),
    controls: DEFAULT_CONTROLS,
    samples: TONE,
    sampleRateHz: 16000,
    use,
  });

let key: SigningKey;

/** A catalogue with one voice, made by the user. */
async function catalogue(consent: SealedRecord): Promise<VoiceCatalogue> {
  const own: Record<string, Blob> = { 'own-a': new Blob([await fileOf(consent)]) };
  return new VoiceCatalogue(BASE, NOTHING, {
    list: async () => [],
    read: async (id) => own[id],
    has: async (id) => id in own,
    onChange: () => () => undefined,
    revoked: async () => REVOKED,
  });
}

async function fileOf(consent: SealedRecord): Promise<Uint8Array<ArrayBuffer>> {
  const about = { id: 'own-a', name: 'A', language: '', description: '', createdAt: 0 };
  return writeVoiceFile({ about, voice: fakeVoice(), sealed: consent, preview: null }, key);
}

const none = () => undefined;
const job = async (consent: SealedRecord, use: 'convert' | 'preview') =>
  (await loadedConverter(await catalogue(consent))).convert(
    'j',
    TONE,
    16000,
    'own-a',
    DEFAULT_CONTROLS,
    none,
    { use },
  );

/** Enrolment as in the worker, with fake networks. */
async function enrolment(consent: SealedRecord): Promise<EnrolmentJobs> {
  const jobs = new EnrolmentJobs(
    { load: async () => Promise.reject(new Error('unexpected')), revoked: async () => REVOKED },
    async () => Promise.reject(new Error('unexpected')),
  );
  const voices = await catalogue(consent);
  Object.assign(jobs, {
    opening: Promise.resolve({ networks: fakeNetworks(), encoder: fakeSpeakerEncoder(), voices }),
  });
  return jobs;
}

async function enrol(consent: SealedRecord): Promise<unknown> {
  const about = { id: 'own-b', name: 'B', language: '', description: '', createdAt: 0 };
  return (await enrolment(consent)).train('j', { about, consent, recordings: [] }, none);
}

async function blend(consent: SealedRecord): Promise<VoiceDraft> {
  const about = { id: 'own-c', name: 'C', language: '', description: '', createdAt: 0 };
  const controls = { pitchSt: 0, size: 0, breath: 0 };
  const parts = [{ voiceId: 'own-a', weight: 1 }];
  return (await enrolment(consent)).blend({ about, maker: 'M', parts, controls });
}

const exported = (consent: SealedRecord | null, use: 'export' | 'preview' = 'export') =>
  exportTake(sine(120, 24000, 0.2), 24000, 'wav', {
    voiceId: 'own-a',
    voiceName: 'A',
    consent,
    use,
    voiceData: [],
    voice: null,
  });

beforeAll(async () => {
  key = await createSigningKey();
});

/** Every operation on a voice, and the use that its record must allow. */
const WAYS: [string, Use, (consent: SealedRecord) => unknown][] = [
  ['convert a take', 'convert', (consent) => take(consent, 'convert')],
  ['preview a take', 'preview', (consent) => take(consent, 'preview')],
  ['convert a stream', 'convert', (consent) => stream(consent, 'convert')],
  ['go live', 'live', (consent) => stream(consent, 'live')],
  ['convert in the worker', 'convert', (consent) => job(consent, 'convert')],
  ['preview in the worker', 'preview', (consent) => job(consent, 'preview')],
  ['enrol', 'convert', enrol],
  ['blend', 'blend', blend],
  ['export a take', 'export', exported],
  ['make a preview', 'preview', (consent) => exported(consent, 'preview')],
  [
    'import or save a voice file',
    'import',
    (consent) => requirePermission(consent, 'import', { revoked: REVOKED, data: [] }),
  ],
];

const RECORDS: [string, string, (use: Use) => SealedRecord][] = [
  ['expired', 'consent-expired', () => sealed({ until: '2026-01-02' })],
  ['not yet in force', 'consent-not-yet', () => sealed({ from: '2999-01-01' })],
  ['revoked', 'consent-revoked', () => revokedRecord],
  ['without this use', 'consent-use', without],
  ['altered', 'consent-altered', altered],
];

describe('every operation on a voice requires permission', () => {
  for (const [way, use, attempt] of WAYS) {
    it.each(RECORDS)(`${way}: record %s`, async (_, code, consent) => {
      await expect(async () => attempt(consent(use))).rejects.toMatchObject({ code, name: code });
    });
  }

  it.each(WAYS.filter(([way]) => /take|stream|live|export|preview$/.test(way)))(
    '%s: no record',
    async (_, __, attempt) => {
      await expect(async () => attempt(undefined as never)).rejects.toThrow();
    },
  );

  it('rejects a missing record with consent-missing', async () => {
    for (const use of USES) {
      expect(() => stream(undefined, use)).toThrow(
        expect.objectContaining({ code: 'consent-missing' }) as Error,
      );
      await expect(take(null, use)).rejects.toMatchObject({ code: 'consent-missing' });
    }
    await expect(exported(null)).rejects.toMatchObject({ code: 'consent-missing' });
  });

  it('rejects a record whose permission sentence was not read in this session', async () => {
    await expect(enrol(sealed())).rejects.toMatchObject({ code: 'consent-missing' });
  });

  it('accepts operations that the record allows', async () => {
    expect((await take(sealed(), 'convert')).samples.length).toBe(24000);
    expect(() => stream(sealed(), 'live')).not.toThrow();
    const result = await job(sealed(), 'convert');
    expect(result.consent).toEqual(sealed());
    expect((await blend(sealed())).sealed.record.parents).toEqual([sealed()]);
  });
});
