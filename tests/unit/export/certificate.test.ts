import { verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIdentity } from '../../../src/export/certificate';
import { signCose } from '../../../src/export/cose';

const NOW = new Date('2026-11-24T12:00:00Z');

describe('a signing identity', () => {
  it('is a chain of two certificates that another library accepts', async () => {
    const { certificates } = await createIdentity(NOW);
    const [leaf, root] = certificates.map((der) => new X509Certificate(der));
    expect(leaf!.verify(root!.publicKey)).toBe(true);
    expect(root!.verify(root!.publicKey)).toBe(true);
    expect(leaf!.checkIssued(root!)).toBe(true);
    expect([leaf!.ca, root!.ca]).toEqual([false, true]);
    expect(leaf!.keyUsage).toEqual(['1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.36']);
    expect(leaf!.subject).toBe('O=Understudy\nCN=Understudy in a browser');
    expect(new Date(leaf!.validFrom)).toEqual(new Date('2026-11-23T12:00:00Z'));
    expect(leaf!.serialNumber).not.toBe(root!.serialNumber);
    expect(leaf!.verify(leaf!.publicKey)).toBe(false);
  });

  it('writes years from 2050 on as GeneralizedTime', async () => {
    const { certificates } = await createIdentity(new Date('2045-06-01T00:00:00Z'));
    const leaf = new X509Certificate(certificates[0]!);
    expect(new Date(leaf.validTo).getUTCFullYear()).toBe(2055);
  });

  it('signs with the key of its certificate, and generates another key each time', async () => {
    const data = new TextEncoder().encode('a claim');
    const [first, second] = await Promise.all([createIdentity(), createIdentity()]);
    const key = (der: Uint8Array) => new X509Certificate(der).publicKey;
    const signature = await first.sign(data);
    const holds = (der: Uint8Array) =>
      verify('sha256', data, { key: key(der), dsaEncoding: 'ieee-p1363' }, signature);
    expect(holds(first.certificates[0]!)).toBe(true);
    expect(holds(second.certificates[0]!)).toBe(false);
  });
});

describe('a COSE signature', () => {
  it('has exactly the reserved size', async () => {
    const identity = await createIdentity();
    const claim = new TextEncoder().encode('a claim');
    for (const size of [2000, 2048, 4096]) {
      const signed = await signCose(claim, identity, size);
      expect(signed.length).toBe(size);
      // Tag 18, an array of four.
      expect([...signed.subarray(0, 2)]).toEqual([0xd2, 0x84]);
    }
  });

  it('rejects a size that is too small', async () => {
    await expect(signCose(new Uint8Array(4), await createIdentity(), 800)).rejects.toThrow(RangeError);
  });
});
