/** @import { Page } from 'playwright-core' */

/** Of WebP, 0..1. */
const QUALITY = 0.8;
/** Width in pixels to which pictures are reduced before they are compared: text is then a grey line, whatever draws it. */
const COMPARED_WIDTH = 128;
/** Difference of one colour of a pixel, of 255, from which it counts as another pixel. */
const OTHER = 40;

/**
 * @param {Page} page an empty one, whose browser encodes
 * @param {Uint8Array} png
 * @returns {Promise<Uint8Array>}
 */
export async function asWebp(page, png) {
  const encoded = await page.evaluate(
    async ([base64, quality]) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    /** @type {const} */ ([Buffer.from(png).toString('base64'), QUALITY]),
  );
  return Uint8Array.from(encoded);
}

/**
 * How far two pictures differ, both reduced to COMPARED_WIDTH.
 *
 * @param {Page} page an empty one, whose browser decodes
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 * @returns {Promise<{ mean: number, share: number }>} the mean difference of the colours, of 255, and the share of other pixels, 0..1.
 *   Rejects if their sizes differ.
 */
export function difference(page, one, other) {
  return page.evaluate(
    async ([first, second, width, least]) => {
      const [a, b] = await Promise.all(
        [first, second].map(async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          return createImageBitmap(new Blob([bytes]));
        }),
      );
      if (!a || !b || a.width !== b.width || a.height !== b.height)
        throw new Error(`Pictures of other sizes: ${a?.width}x${a?.height} and ${b?.width}x${b?.height}`);
      const height = Math.round((width * a.height) / a.width);
      const pixelsOf = (/** @type {ImageBitmap} */ bitmap) => {
        const context = new OffscreenCanvas(width, height).getContext('2d');
        if (!context) throw new Error('No canvas');
        context.imageSmoothingQuality = 'high';
        context.drawImage(bitmap, 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
      };
      const [p, q] = [pixelsOf(a), pixelsOf(b)];
      let sum = 0;
      let others = 0;
      for (let i = 0; i < p.length; i += 4) {
        const apart = [0, 1, 2].map((colour) => Math.abs(Number(p[i + colour]) - Number(q[i + colour])));
        for (const each of apart) sum += each;
        if (Math.max(...apart) >= least) others++;
      }
      return { mean: sum / (0.75 * p.length), share: others / (p.length / 4) };
    },
    /** @type {const} */ ([
      Buffer.from(one).toString('base64'),
      Buffer.from(other).toString('base64'),
      COMPARED_WIDTH,
      OTHER,
    ]),
  );
}
