import { m } from '../text/messages';
import { plainText, statementInWords, type Capacity, type ConsentRecord } from '../provenance';
import { percent } from '../text/format';

const CAPACITIES: Record<Capacity, () => string> = {
  self: m.ui_capacity_self,
  estate: m.ui_capacity_estate,
  archive: m.ui_capacity_archive,
  'public-domain': m.ui_capacity_public,
  synthetic: m.ui_capacity_synthetic,
};

export function capacityInWords({ rightsHolder }: ConsentRecord): string {
  return CAPACITIES[rightsHolder.capacity]();
}

/** The proof of a record for a person, and whether this app has checked it on this device. `isMadeHere`: sealed and signed here. */
export function proofInWords({ proof }: ConsentRecord, isMadeHere: boolean) {
  switch (proof.kind) {
    case 'spoken': {
      const similarity = percent(proof.similarityPercent / 100);
      const sentence = plainText(proof.sentence);
      return isMadeHere
        ? { text: m.ui_proof_checked({ percent: similarity }), isVerified: true }
        : { text: m.ui_proof_claimed({ sentence, percent: similarity }), isVerified: false };
    }
    case 'file': {
      const fingerprint = proof.sha256.slice(0, 16);
      return { text: m.ui_proof_file({ name: plainText(proof.fileName), fingerprint }), isVerified: false };
    }
    case 'statement':
      return { text: statementInWords(proof.statement), isVerified: false };
  }
}
