import type { EnrolmentRow } from '../../../src/store/rows';

export function enrolment(changes: Partial<EnrolmentRow> = {}): EnrolmentRow {
  return {
    id: 'e',
    createdAt: 1,
    about: { name: 'N', language: 'en', description: '' },
    step: 'collect',
    consent: null,
    recordings: [],
    ...changes,
  };
}

export const recording = {
  name: 'tape.wav',
  sha256: 'a'.repeat(64),
  sampleRateHz: 16000,
  samples: new Float32Array(16000).fill(0.1),
  pieces: [
    {
      startSeconds: 0,
      endSeconds: 1,
      quality: { levelDb: -20, noiseDb: -60, clippedShare: 0, steadyShare: 0.2 },
      reason: null,
      embedding: new Float32Array(128).fill(1),
      choice: 'unheard' as const,
    },
  ],
};
