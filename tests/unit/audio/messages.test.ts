import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { aiff, caf, riff } from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

const data = Buffer.alloc(4000, 3);
const text = (start: string) => Buffer.concat([Buffer.from(start, 'latin1'), data]);

async function refusal(bytes: Buffer): Promise<{ code: string; message: string }> {
  return decodeFile(new Blob([bytes as BlobPart]), 'a file').then(
    () => expect.unreachable('it was opened'),
    (error: { code: string; message: string }) => error,
  );
}

describe('a file that cannot be read', () => {
  it.each([
    ['AMR', text('#!AMR\n'), /is an AMR voice recording\. That format cannot be read/],
    ['WMA', text('\x30\x26\xb2\x75\x8e\x66\xcf\x11'), /is a Windows Media file/],
    ['AVI', text('RIFF\0\0\0\0AVI LIST'), /is an AVI video/],
    ['GSM in WAV', riff(data, 0x31, 8), /encoded as GSM 6\.10/],
    ['ADPCM in WAV', riff(data, 0x11, 8), /encoded as IMA ADPCM/],
    ['an unknown codec in WAV', riff(data, 0x1234, 8), /encoded as WAV codec 0x1234/],
    ['ADPCM in AIFF-C', aiff(data, 16, 'ima4'), /encoded as IMA ADPCM/],
    ['AAC in CAF', caf(data, 16, 0, 'aac '), /encoded as AAC/],
  ])('is named by its format or codec: %s', async (_, bytes, name) => {
    const { code, message } = await refusal(bytes);
    expect(code).toBe('codec');
    expect(message).toMatch(name);
    expect(message).toMatch(/The file is unchanged\. Save it as WAV or MP3/);
  });

  it('is called unknown where nothing is known of it', async () => {
    const { code, message } = await refusal(text('To whom it may concern'));
    expect(code).toBe('not-audio');
    expect(message).toMatch(/not a recording in a format that is known here.*Choose a WAV/);
  });

  it('is called a folder or changed where its bytes cannot be read', async () => {
    const folder = new Blob(['12345']);
    vi.spyOn(folder, 'slice').mockImplementation(() => {
      const gone = new Blob([]);
      vi.spyOn(gone, 'arrayBuffer').mockRejectedValue(new DOMException('gone', 'NotFoundError'));
      return gone;
    });
    await expect(decodeFile(folder, 'Recordings')).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(
        /"Recordings" could not be read: it is a folder, or it was moved, changed/,
      ) as string,
    });
  });
});
