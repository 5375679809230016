import { describe, expect, it, vi } from 'vitest';
import { readCredentials } from '../../../src/export/read-credentials';

const fakes = vi.hoisted(() => ({ fromBlob: vi.fn() }));

vi.mock('../../../src/export/c2pa', () => ({
  withC2pa: (task: (sdk: object) => unknown) => task({ reader: { fromBlob: fakes.fromBlob } }),
}));

const SIGNED = new Blob(['fLaC ... jumdc2pa ...']);

function holds(manifest: object) {
  fakes.fromBlob.mockResolvedValue({
    manifestStore: async () => ({
      active_manifest: 'a',
      validation_state: 'Valid',
      manifests: { a: manifest },
    }),
    free: async () => undefined,
  });
}

describe('credentials', () => {
  it('of a FLAC are read, by the type under which the toolkit takes it', async () => {
    holds({ claim_generator_info: [{ name: 'Another program' }] });
    expect(await readCredentials(SIGNED, 'speech.FLAC')).toMatchObject({ generator: 'Another program' });
    expect(fakes.fromBlob).toHaveBeenCalledWith('audio/wav', SIGNED);
  });

  it('name the signer of the certificate', async () => {
    holds({ signature_info: { issuer: 'A studio', common_name: 'Signing 7' } });
    expect(await readCredentials(SIGNED, 'a.wav')).toMatchObject({ signer: 'Signing 7, A studio' });
    holds({ signature_info: { issuer: 'A studio', common_name: 'A studio' } });
    expect(await readCredentials(SIGNED, 'a.wav')).toMatchObject({ signer: 'A studio' });
    holds({});
    expect(await readCredentials(SIGNED, 'a.wav')).toMatchObject({ signer: null });
  });
});
