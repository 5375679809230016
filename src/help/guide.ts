/** A guide as the build makes it of Markdown (scripts/help/markdown.mjs). */
export interface Guide {
  title: string;
  /** All but the title. HTML that stood in the Markdown is text in it. */
  html: string;
  /** Those of the second level, for the table of contents. The element of one has the id `help-` and its `id`. */
  headings: { id: string; text: string }[];
}
