import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFile } from '../../../src/audio/decode';
import { cutWarning, holeWarnings, trackWarning } from '../../../src/audio/tracks/reading-warnings';
import { language } from '../../../src/services/locale.svelte';
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
    ['AMR', text('#!AMR\n'), /format that cannot be read here: AMR\./],
    ['WMA', text('\x30\x26\xb2\x75\x8e\x66\xcf\x11'), /: Windows Media \(WMA, WMV, ASF\)/],
    ['MP3 in an MPEG program stream', programStream(), /: MPEG-PS \(MPG, VOB\)\./],
    [
      'MP3 in an AVI',
      Buffer.concat([Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1'), mp3(Array<number>(50).fill(9))]),
      /: AVI\./,
    ],
    ['AC-3', text('\x0b\x77\x12\x34\x10\x40'), /: Dolby Digital \(AC-3, E-AC-3\)\./],
    ['DTS', text('\x7f\xfe\x80\x01\xfc'), /: DTS\./],
    ['NUT', text('nut/multimedia container\0'), /: NUT\./],
    ['AVI', text('RIFF\0\0\0\0AVI LIST'), /: AVI\./],
    ['GSM in WAV', riff(data, 0x31, 8), /decoded here: GSM 6\.10\./],
    ['ADPCM in WAV', riff(data, 0x11, 8), /decoded here: IMA ADPCM\./],
    ['an unknown codec in WAV', riff(data, 0x1234, 8), /decoded here: WAV 0x1234\./],
    ['ADPCM in AIFF-C', aiff(data, 16, 'ima4'), /decoded here: IMA ADPCM\./],
    ['AAC in CAF', caf(data, 16, 0, 'aac '), /decoded here: AAC\./],
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
        /“Recordings” could not be read: it is a folder, or it was moved, changed/,
      ) as string,
    });
  });
});

describe('what was found while a file was read', () => {
  afterEach(() => (language.user = 'en'));

  it('is placed to a tenth of a second in the first minute, and then as players show it', () => {
    const hole = (atSeconds: number) => ({ atSeconds, seconds: 2 });
    expect(holeWarnings([hole(59.4)])).toEqual([
      expect.stringMatching(/from 59\.4 seconds on: 2\.0 seconds/),
    ]);
    expect(holeWarnings([hole(754), hole(3700)])).toEqual([
      expect.stringMatching(/in 2 places in this file, from 12:34 on: 4\.0 seconds in all/),
    ]);
  });

  it('is said with the numbers of the language shown', () => {
    language.user = 'de';
    expect(cutWarning(4320, 2.5)).toBe(
      'Das Ende dieser Datei fehlt oder ist beschädigt: mindestens 2,5 Sekunden verloren. Geöffnet wurde, was sich lesen ließ: 1,2 Stunden.',
    );
    expect(
      trackWarning(3, 3, [
        { number: 1, why: 'silent' },
        { number: 2, why: 'undecodable' },
      ]),
    ).toBe(
      'Diese Datei hat 3 Tonspuren. Geöffnet wurde Spur 3. Spur 1 ist still. Spur 2 kann dieser Browser nicht decodieren.',
    );
  });
});
