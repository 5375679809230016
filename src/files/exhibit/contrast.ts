/** The kiosk's dark paper, on which the accent colour is, and which is the colour of labels on it. */
export const PAPER = '#131118';
/** Contrast that text of the kiosk has at least: WCAG 2.2, success criterion 1.4.6. */
export const WANTED_CONTRAST = 7;

type Rgb = [red: number, green: number, blue: number];

/** Contrast ratio of two colours `#rrggbb`, 1..21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(rgbOf(a)), luminance(rgbOf(b))].sort((x, y) => x - y);
  return (lighter! + 0.05) / (darker! + 0.05);
}

/**
 * The colour nearest to `colour` whose contrast to `background` is at least 7: the colour itself, or else mixed with black or
 * white in steps of 1/64, whichever needs less.
 */
export function readable(colour: string, background: string): string {
  for (let step = 0; step <= 64; step++) {
    for (const end of [0, 255]) {
      const mixed = rgbOf(colour).map((part) => Math.round(part + ((end - part) * step) / 64)) as Rgb;
      if (contrast(hexOf(mixed), background) >= WANTED_CONTRAST) return hexOf(mixed);
    }
  }
  // Between the greys to which neither black nor white has a contrast of 7.
  return contrast('#000000', background) > contrast('#ffffff', background) ? '#000000' : '#ffffff';
}

/** Relative luminance, 0..1 (WCAG 2.2). */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function rgbOf(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function hexOf(rgb: Rgb): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
