import { plainText, statementInWords, type Capacity, type ConsentRecord } from '../provenance';

const CAPACITIES: Record<Capacity, string> = {
  self: 'lent by the person',
  estate: 'lent by the estate',
  archive: 'lent by an archive',
  'public-domain': 'in the public domain',
  synthetic: 'synthetic voice',
};

export function capacityInWords({ rightsHolder }: ConsentRecord): string {
  return CAPACITIES[rightsHolder.capacity];
}

/** The proof of a record for a person, and whether this app has checked it on this device. `isMadeHere`: sealed and signed here. */
export function proofInWords({ proof }: ConsentRecord, isMadeHere: boolean) {
  switch (proof.kind) {
    case 'spoken':
      return isMadeHere
        ? {
            text: `Read aloud here; words and voice were checked, similarity ${proof.similarityPercent} %`,
            isVerified: true,
          }
        : {
            text: `The record claims that the person read “${plainText(proof.sentence)}” aloud, similarity ${proof.similarityPercent} %`,
            isVerified: false,
          };
    case 'file':
      return {
        text: `A document, ${plainText(proof.fileName)}, of which only the fingerprint is kept (${proof.sha256.slice(0, 16)})`,
        isVerified: false,
      };
    case 'statement':
      return { text: statementInWords(proof.statement), isVerified: false };
  }
}
