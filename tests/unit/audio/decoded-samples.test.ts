import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { ogg, oggOpus } from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/60.5 Safari/605.1.15';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

/** Levels by which it shows who decoded. */
const FRAME_BY_FRAME = 0.25;
const WHOLE = 0.5;

beforeEach(() => {
  installFakeDecoder();
  vi.stubGlobal(
    'OfflineAudioContext',
    class {
      decodeAudioData = async () => {
        const samples = Float32Array.from({ length: 48000 }, (_, i) => (i % 48 < 24 ? WHOLE : -WHOLE));
        return { numberOfChannels: 1, sampleRate: 48000, duration: 1, getChannelData: () => samples };
      };
    },
  );
});

afterEach(() => vi.unstubAllGlobals());

describe('an Opus file is decoded', () => {
  it.each([
    ['Chromium', 'Google Inc.', `Mozilla/5.0 (X11; Linux x86_64) ${CHROME}`, FRAME_BY_FRAME],
    ['Firefox', '', 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', FRAME_BY_FRAME],
    [
      'Safari',
      'Apple Computer, Inc.',
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI}`,
      FRAME_BY_FRAME,
    ],
    [
      'WebKitGTK, where reading decoded frames ends the tab',
      'Apple Computer, Inc.',
      `Mozilla/5.0 (X11; Linux x86_64) ${SAFARI}`,
      WHOLE,
    ],
  ])('in %s', async (_, vendor, userAgent, level) => {
    vi.stubGlobal('navigator', { vendor, userAgent });
    const { samples } = await decodeFile(new Blob([Uint8Array.from(ogg(oggOpus([50])))]), 'a.opus');
    expect(Math.abs(samples[2400]!)).toBeCloseTo(level, 5);
  });
});
