/** A publication, as its own language names it. */
export interface Source {
  text: string;
  url: string;
}

export const CLONE_STUDY: Source = {
  text: 'Sarah Barrington, Emily A. Cooper, Hany Farid: “People are poorly equipped to detect AI-powered voice clones”, Scientific Reports 15, 11004 (2025)',
  url: 'https://doi.org/10.1038/s41598-025-94170-3',
};

/** Share of trials of CLONE_STUDY in which a clone was taken for the same person as the recording beside it. */
export const TAKEN_FOR_SAME = 0.8;
/** Share of its AI voices that were recognised as such. */
export const RECOGNISED_AS_AI = 0.61;

export const WILSON: Source = {
  text: 'Edwin B. Wilson: “Probable inference, the law of succession, and statistical inference”, Journal of the American Statistical Association 22 (1927), 209–212',
  url: 'https://doi.org/10.1080/01621459.1927.10502953',
};

export const AI_LITERACY: Source = {
  text: 'OECD / European Union (2026): “Empowering Learners for the Age of AI: An AI Literacy Framework for Primary and Secondary Education”, OECD Publishing, Paris',
  url: 'https://doi.org/10.1787/65cd27d4-en',
};
