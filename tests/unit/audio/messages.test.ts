import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { aiff, caf, mp3, riff } from '../../audio-files';
import { installFakeDecoder } from '../../fake-audio-decoder';

beforeEach(installFakeDecoder);
afterEach(() => vi.unstubAllGlobals());

const data = Buffer.alloc(4000, 3);
/** MP3 in packs of an MPEG program stream, its frames across them. */
function programStream(): Buffer {
  const sound = mp3(Array.from({ length: 200 }, (_, i) => i));
  const packs = Array.from({ length: Math.floor(sound.length / 2000) }, (_, i) =>
    Buffer.concat([
      Buffer.from([0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8]),
      Buffer.from([0, 0, 1, 0xc0, 2003 >> 8, 2003 & 0xff, 0x80, 0, 0]),
      sound.subarray(2000 * i, 2000 * (i + 1)),
    ]),
  );
  return Buffer.concat(packs);
}
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
    [
      'MP3 in an MPEG program stream',
      programStream(),
      /is an MPEG program stream \(MPG or VOB\)\. That format/,
    ],
    [
      'MP3 in an AVI',
      Buffer.concat([Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1'), mp3(Array<number>(50).fill(9))]),
      /is an AVI video/,
    ],
    [
      'AC-3',
      text('\x0b\x77\x12\x34\x10\x40'),
      /is a Dolby Digital recording \(AC-3 or E-AC-3\)\. That format/,
    ],
    ['DTS', text('\x7f\xfe\x80\x01\xfc'), /is a DTS recording/],
    ['NUT', text('nut/multimedia container\0'), /is a NUT file/],
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
