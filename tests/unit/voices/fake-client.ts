import { vi } from 'vitest';
import type { VoiceDraft } from '../../../src/engine/voice';
import type { Piece } from '../../../src/enrol/piece';
import { readVoiceFile } from '../../../src/files/voice-file';
import type { EnrolmentClient } from '../../../src/services/enrolment-client';

type Client = { [Name in keyof EnrolmentClient]: EnrolmentClient[Name] };

/** Replaces every EnrolmentClient that a page creates; tests set the results. */
export const fakeClient = {
  clean: vi.fn<Client['clean']>(),
  analyseSentence: vi.fn<Client['analyseSentence']>(),
  train: vi.fn<Client['train']>(),
  blend: vi.fn<Client['blend']>(),
};

/** Result of `train` and `blend` in tests that do not look inside it. */
export const draft = { about: { id: 'own-a' } } as VoiceDraft;

/** Result of `finishVoice`. */
export async function finished(file: Blob) {
  return { file, voice: await readVoiceFile(file) };
}

/** A piece of speech of one voice (`along` 0) or another (1). */
export function piece(startSeconds: number, endSeconds: number, along: 0 | 1 = 0): Piece {
  const embedding = new Float32Array(128);
  embedding[along] = 1;
  const quality = { levelDb: -20, noiseDb: -60, clippedShare: 0, steadyShare: 0 };
  return { startSeconds, endSeconds, quality, reason: null, embedding, choice: 'unheard' };
}

/** Rejects as a worker does once the job is cancelled. */
export function untilCancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(Object.assign(new Error('stopped'), { name: 'cancelled' })),
    );
  });
}
