/** The kiosk's dark paper. */
export const PAPER = '#131118';
/** Of texts on their background (WCAG 2.2, 1.4.6). */
const MIN_CONTRAST = 7;

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** Contrast of two colours, 1..21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

/** The museum's colour, mixed with as much white as it takes to be read on the kiosk's paper, and the paper on it. */
export function readableAccent(colour: string): string {
  for (let white = 0; white < 1; white += 0.05) {
    const mixed = channels(colour).map((value) => Math.round(value + white * (255 - value)));
    const found = `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
    if (contrast(found, PAPER) >= MIN_CONTRAST) return found;
  }
  return '#ffffff';
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
