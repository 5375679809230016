import { LIMITS } from '../files/exhibit';

/** Sides in pixels and qualities that are tried until the picture fits, the best first. */
const SIDES = [640, 512, 384, 256];
const QUALITIES = [0.85, 0.7, 0.5];
/** The first that the browser can write. */
const TYPES = ['image/webp', 'image/jpeg'];

/** A picture that the browser cannot read, or that does not fit. */
export class PortraitError extends Error {
  constructor(options?: ErrorOptions) {
    super('unusable-portrait', options);
    this.name = 'PortraitError';
  }
}

/** The largest square in the middle of a picture, or for an upright one in its upper half, where faces are. */
export function squareOf(width: number, height: number): { left: number; top: number; side: number } {
  const side = Math.min(width, height);
  return { left: (width - side) / 2, top: (height - side) / 4, side };
}

/** The first of `encode`'s data: URLs that fits into an exhibit; undefined if none does. */
export function firstFitting(encode: (side: number, quality: number) => string): string | undefined {
  for (const side of SIDES) {
    for (const quality of QUALITIES) {
      const url = encode(side, quality);
      if (url.length <= LIMITS.portrait) return url;
    }
  }
  return undefined;
}

/** A picture as the portrait of a voice: square, scaled down, as a data: URL without what the file says beside it. Rejects with PortraitError. */
export async function portraitOf(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file).catch((cause: unknown) => {
    throw new PortraitError({ cause });
  });
  try {
    const { left, top, side } = squareOf(picture.width, picture.height);
    const canvas = document.createElement('canvas');
    const url = firstFitting((longest, quality) => {
      canvas.width = canvas.height = Math.min(longest, Math.ceil(side));
      const context = canvas.getContext('2d')!;
      context.imageSmoothingQuality = 'high';
      context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
      const urls = TYPES.map((type) => canvas.toDataURL(type, quality));
      return urls.find((each, i) => each.startsWith(`data:${TYPES[i]}`))!;
    });
    if (url === undefined) throw new PortraitError();
    return url;
  } finally {
    picture.close();
  }
}
