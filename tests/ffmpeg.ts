import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether tests can compare with ffmpeg. */
export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** The mono samples that ffmpeg decodes a file to. From a pipe it would not leave out the end of an MP3. */
export function decodeWithFfmpeg(bytes: Uint8Array, rateHz: number): Float32Array {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-ffmpeg-'));
  try {
    const file = join(folder, 'file');
    writeFileSync(file, bytes);
    const format = ['-ac', '1', '-ar', String(rateHz), '-f', 'f32le', '-'];
    const options = { maxBuffer: 1 << 28 };
    const { stdout, stderr, status } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, ...format], options);
    if (status !== 0) throw new Error(stderr.toString());
    return new Float32Array(new Uint8Array(stdout).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Samples by which `late` is later than `reference`, -2000 to 2000, by their correlation over 24 000 samples from 4000 on. */
export function latenessOf(late: Float32Array, reference: Float32Array): number {
  let [best, lag] = [-Infinity, 0];
  for (let shift = -2000; shift <= 2000; shift++) {
    let sum = 0;
    for (let i = 4000; i < 28_000; i++) sum += reference[i]! * late[i + shift]!;
    if (sum > best) [best, lag] = [sum, shift];
  }
  return lag;
}
