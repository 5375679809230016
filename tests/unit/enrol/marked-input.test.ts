import { describe, expect, it, vi } from 'vitest';
import manifest from '../../../models/published/manifest.json';
import { resampleInChunks } from '../../../src/dsp/resample';
import { EnrolmentJobs } from '../../../src/enrol/jobs';
import { createPermissionSentence } from '../../../src/enrol/permission/permission-sentence';
import { MARK_VERSION } from '../../../src/export/export';
import { embedWatermark, voiceId24 } from '../../../src/watermark';
import { inRoom } from '../../disguises';
import { fakeNetworks } from '../engine/fake-networks';
import { fakeSpeakerEncoder, speech } from './mixture';

vi.mock('../../../src/engine/backends/ort', () => ({}));

const RATE_HZ = 16_000;
const VOICES = manifest.files.flatMap((file) => (file.kind === 'voice' && file.id ? [file.id] : []));
const SPEECH = speech().subarray(0, 6 * RATE_HZ);
const none = () => undefined;

function jobs(): EnrolmentJobs {
  const made = new EnrolmentJobs(
    { load: async () => Promise.reject(new Error('unexpected')), revoked: async () => new Set() },
    async () => Promise.reject(new Error('unexpected')),
  );
  const opened = { networks: fakeNetworks(), encoder: fakeSpeakerEncoder(), examples: { get: () => ({}) } };
  Object.assign(made, { opening: Promise.resolve(opened) });
  return made;
}

const resampled = (samples: Float32Array, from: number, to: number) =>
  resampleInChunks(samples, from, to, async () => undefined);

/** Speech with the mark of a voice, played by a loudspeaker in a room and recorded there. */
async function overTheAir(voiceId: string): Promise<Float32Array> {
  const payload = { version: MARK_VERSION, id24: voiceId24(voiceId) };
  const marked = embedWatermark(await resampled(SPEECH, RATE_HZ, 24_000), payload);
  return inRoom(await resampled(marked, 24_000, RATE_HZ), 0.6, 3);
}

describe('speech that this app made', () => {
  it.each(VOICES)('is not taken as a recording, also over the air: %s', async (voiceId) => {
    const heard = await overTheAir(voiceId);
    await expect(jobs().clean('j', heard, RATE_HZ, none)).rejects.toMatchObject({
      name: 'input-marked',
      message: expect.stringMatching(/mark was found.*safe/) as string,
    });
  });

  it('is not taken as the permission sentence, also over the air', async () => {
    const heard = await overTheAir(VOICES[0]!);
    const analysing = jobs().analyseSentence('j', heard, RATE_HZ, createPermissionSentence('en'));
    await expect(analysing).rejects.toMatchObject({ name: 'input-marked' });
  });
});

it('a person in the same room is taken', async () => {
  const cleaned = await jobs().clean('j', inRoom(SPEECH, 0.6, 3), RATE_HZ, none);
  expect(cleaned.pieces.length).toBeGreaterThan(0);
});
