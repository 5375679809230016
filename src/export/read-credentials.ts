import * as v from 'valibot';
import { withC2pa } from './c2pa';
import { credentialState, type CredentialState } from './credential-state';
import { CONSENT_LABEL, DISCLAIMER_LABEL, SOFT_BINDING_ALG, SOURCE_TYPE } from './credentials';

/** Contents and validity of the credentials in a file. */
export interface Credentials {
  state: CredentialState;
  /** Validation status codes of the C2PA specification; empty if `intact`. */
  failures: string[];
  /** The program that claims to have written them. */
  generator: string | null;
  /** The signer that its certificate names; nobody has checked it. */
  signer: string | null;
  /** Whether they declare the audio as made or changed by a trained network. */
  isSynthetic: boolean;
  /** Payload of the mark that the file should carry, in the format of `bindingOf`. */
  binding: string | null;
  consentFingerprint: string | null;
  /** Language of the spoken disclaimer at the start. */
  disclaimer: string | null;
}

const SCAN_BYTES = 4 << 20;
const TYPES: Record<string, string> = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  // The toolkit recognises FLAC by its content, but takes no type of its own for it.
  flac: 'audio/wav',
};

const storeSchema = v.object({
  active_manifest: v.nullish(v.string()),
  validation_state: v.nullish(v.string()),
  validation_status: v.nullish(v.array(v.object({ code: v.string() }))),
  manifests: v.record(
    v.string(),
    v.object({
      claim_generator: v.nullish(v.string()),
      claim_generator_info: v.nullish(v.array(v.object({ name: v.string() }))),
      signature_info: v.nullish(
        v.object({ issuer: v.nullish(v.string()), common_name: v.nullish(v.string()) }),
      ),
      assertions: v.optional(v.array(v.object({ label: v.string(), data: v.unknown() })), []),
    }),
  ),
});
const actionsSchema = v.object({ actions: v.array(v.object({ digitalSourceType: v.nullish(v.string()) })) });
const bindingSchema = v.object({ alg: v.string(), blocks: v.array(v.object({ value: v.string() })) });
const consentSchema = v.object({ fingerprint: v.string() });
const disclaimerSchema = v.object({ language: v.string() });

/** Reads and validates the C2PA manifest of a recording; null without one, or for formats that cannot carry one. */
export async function readCredentials(file: Blob, fileName: string): Promise<Credentials | null> {
  const type = TYPES[fileName.split('.').pop()?.toLowerCase() ?? ''];
  // The toolkit is large, so it is fetched only for files that may have a manifest.
  if (!type || !(await mentionsManifest(file))) return null;
  return withC2pa(async ({ reader: readers }) => {
    const reader = await readers.fromBlob(type, file);
    if (!reader) return null;
    try {
      return summarise(v.parse(storeSchema, await reader.manifestStore()));
    } finally {
      await reader.free();
    }
  });
}

/** Whether the file contains the type of the JUMBF box (ISO 19566-5) of a manifest. */
async function mentionsManifest(file: Blob): Promise<boolean> {
  for (let at = 0; at < file.size; at += SCAN_BYTES) {
    // Overlapping by 16 bytes, so that the type is not split.
    const bytes = await file.slice(at, at + SCAN_BYTES + 16).arrayBuffer();
    if (new TextDecoder('latin1').decode(bytes).includes('jumdc2pa')) return true;
  }
  return false;
}

function summarise(store: v.InferOutput<typeof storeSchema>): Credentials {
  const manifest = store.manifests[store.active_manifest ?? ''];
  const assertions = manifest?.assertions ?? [];
  const find = <T>(label: string, schema: v.GenericSchema<unknown, T>): T | null => {
    const data = assertions.find((each) => each.label.startsWith(label))?.data;
    const parsed = v.safeParse(schema, data);
    return parsed.success ? parsed.output : null;
  };
  const actions = find('c2pa.actions', actionsSchema)?.actions ?? [];
  const binding = find('c2pa.soft-binding', bindingSchema);
  const isValid = store.validation_state === 'Valid' || store.validation_state === 'Trusted';
  const failures = isValid ? [] : (store.validation_status ?? []).map(({ code }) => code);
  return {
    state: credentialState(isValid, failures),
    failures,
    generator: manifest?.claim_generator_info?.[0]?.name ?? manifest?.claim_generator ?? null,
    signer: signerOf(manifest?.signature_info),
    isSynthetic: actions.some(
      ({ digitalSourceType: type }) => type === SOURCE_TYPE || /trainedAlgorithmicMedia$/i.test(type ?? ''),
    ),
    binding: binding?.alg === SOFT_BINDING_ALG ? (binding.blocks[0]?.value ?? null) : null,
    consentFingerprint: find(CONSENT_LABEL, consentSchema)?.fingerprint ?? null,
    disclaimer: find(DISCLAIMER_LABEL, disclaimerSchema)?.language ?? null,
  };
}

function signerOf(
  info: { issuer?: string | null | undefined; common_name?: string | null | undefined } | null | undefined,
) {
  const names = [info?.common_name, info?.issuer].filter((name) => name);
  return names.length > 0 ? [...new Set(names)].join(', ') : null;
}
