import type { ManifestDefinition } from '@contentauth/c2pa-web';
import type { WatermarkPayload } from '../watermark';
import { version } from '../../package.json';
import { withC2pa } from './c2pa';
import { createIdentity } from './certificate';
import { signCose } from './cose';
import type { MarkedFile } from './marked-file';

export const SOURCE_TYPE =
  'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';
export const SOFT_BINDING_ALG = 'org.understudy.watermark';
export const CONSENT_LABEL = 'org.understudy.consent';
export const DISCLAIMER_LABEL = 'org.understudy.disclaimer';
const AGENT = { name: 'Understudy', version };
/** Reserved for two certificates of about 550 bytes, a signature and padding. */
const SIGNATURE_BYTES = 2048;

/** Facts that are written into a file's credentials and tags. */
export interface CredentialFacts {
  title: string;
  voiceName: string;
  payload: WatermarkPayload;
  /** Fingerprint of the voice's consent record. */
  consentFingerprint?: string | undefined;
  /** Language of the spoken disclaimer at the start. */
  disclaimer?: string | undefined;
}

/**
 * Adds a signed C2PA manifest to a WAV, MP3 or M4A file.
 *
 * The key is generated for this file and discarded: the signature proves that nothing was changed afterwards, but not who
 * made the file.
 */
export async function addCredentials(file: MarkedFile, facts: CredentialFacts): Promise<MarkedFile> {
  const identity = await createIdentity();
  return withC2pa(async ({ builder: builders }) => {
    const builder = await builders.fromDefinition(definitionOf(facts, file.type));
    try {
      const signed = await builder.sign(
        {
          alg: 'es256',
          reserveSize: async () => SIGNATURE_BYTES,
          sign: (claim) => signCose(claim, identity, SIGNATURE_BYTES),
        },
        file.type,
        file,
      );
      // eslint-disable-next-line understudy/marked-by-cast -- signing changes no sample
      return new Blob([signed], { type: file.type }) as MarkedFile;
    } finally {
      await builder.free();
    }
  });
}

/** The mark's payload as the value of a soft binding: version and voice id, in hexadecimal. */
export function bindingOf({ version, id24 }: WatermarkPayload): string {
  return `${version.toString(16)}-${id24.toString(16).padStart(6, '0')}`;
}

function definitionOf(facts: CredentialFacts, format: string): ManifestDefinition {
  const { title, voiceName, payload, consentFingerprint, disclaimer } = facts;
  const performance = 'performance';
  return {
    claim_version: 2,
    claim_generator_info: [AGENT],
    title,
    format,
    ingredients: [
      {
        title: 'The performance that was converted',
        format: 'audio/wav',
        instance_id: performance,
        relationship: 'parentOf',
      },
    ],
    assertions: [
      {
        label: 'c2pa.actions.v2',
        data: {
          actions: [
            { action: 'c2pa.opened', parameters: { ingredientIds: [performance] } },
            {
              action: 'c2pa.edited',
              softwareAgent: AGENT,
              digitalSourceType: SOURCE_TYPE,
              description: `A spoken performance was converted to the voice ${voiceName} by a trained network.`,
            },
            { action: 'c2pa.watermarked.bound', softwareAgent: AGENT },
          ],
        },
      },
      {
        label: 'c2pa.soft-binding',
        data: {
          alg: SOFT_BINDING_ALG,
          blocks: [{ scope: {}, value: bindingOf(payload) }],
        },
      },
      ...(consentFingerprint ? [{ label: CONSENT_LABEL, data: { fingerprint: consentFingerprint } }] : []),
      ...(disclaimer ? [{ label: DISCLAIMER_LABEL, data: { language: disclaimer } }] : []),
    ],
  };
}
