import type { Page } from 'playwright-core';
import { contrast } from '../../src/files/exhibit';

/** What is measured, and its least contrast: WCAG 2.2, 1.4.3 (of large text too) and 1.4.11. */
export const WANTED = { text: 4.5, control: 3, icon: 3, focus: 3 } as const;

export type Kind = keyof typeof WANTED;

export interface Measured {
  kind: Kind;
  what: string;
  /** 1..21; of a focus that nothing shows 1. */
  ratio: number;
}

/** Two colours `#rrggbb`; several pairs for one element, of which the highest contrast counts, as of a control's border and its fill. */
interface Found {
  kind: Kind;
  what: string;
  pairs: [string, string][];
}

/** The contrast of every text, control, icon of a control and focus ring that is shown, or that the open dialog shows. */
export async function measureContrast(page: Page): Promise<Measured[]> {
  const before = await page.evaluateHandle(() => document.activeElement as HTMLElement);
  // From now on the focus that the measurement moves is shown as that of the keyboard.
  await page.keyboard.press('Tab');
  const found = await page.evaluate(coloursOfPage);
  await before.evaluate((element) => {
    (document.activeElement as HTMLElement).blur();
    element.focus({ preventScroll: true });
  });
  return found.map(({ kind, what, pairs }) => ({
    kind,
    what,
    ratio: Math.max(1, ...pairs.map(([colour, background]) => contrast(colour, background))),
  }));
}

/** Runs in the page: the computed colours, with what shines through them. */
function coloursOfPage(): Found[] {
  type Rgba = [number, number, number, number];
  const CONTROLS =
    'button, .button, select, textarea, input:not([type=checkbox], [type=radio], [type=range], [type=color], [type=file]), [role=radio], [role=switch], [role=slider], [role=radiogroup], :is(label, .card):has([type=radio], [role=radio])';
  const FOCUSABLE = 'a[href], button, select, textarea, input, summary, [tabindex="0"]';
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  const parsed = new Map<string, Rgba>();
  const parse = (colour: string): Rgba => {
    let rgba = parsed.get(colour);
    if (!rgba) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      parsed.set(colour, (rgba = [r!, g!, b!, a! / 255]));
    }
    return rgba;
  };
  const over = ([r, g, b, a]: Rgba, [r2, g2, b2, a2]: Rgba): Rgba => {
    const alpha = a + a2 * (1 - a);
    const mix = (upper: number, lower: number) =>
      alpha === 0 ? 0 : (upper * a + lower * a2 * (1 - a)) / alpha;
    return [mix(r, r2), mix(g, g2), mix(b, b2), alpha];
  };
  const NONE: Rgba = [0, 0, 0, 0];
  const hex = ([r, g, b]: Rgba) =>
    `#${[r, g, b].map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
  /** The layers that an element paints, each with one colour of its gradient. */
  const fillsOf = (element: Element): Rgba[] => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const colours = backgroundImage.includes('gradient')
      ? (backgroundImage.match(/(?:rgba?|color)\([^)]*\)/g) ?? [])
      : [];
    const fill = parse(backgroundColor);
    return colours.length > 0 ? colours.map((colour) => over(parse(colour), fill)) : [fill];
  };
  /** The colours in which these layers are seen on `parent` and all that is behind it, for each colour of its gradients. */
  const seen = (layers: Rgba[], parent: Element | null): string[][] => {
    let variants = [layers];
    for (let at = parent; at; at = at.parentElement) {
      const opacity = Number(getComputedStyle(at).opacity);
      const fills = fillsOf(at);
      variants = variants.flatMap((each) =>
        fills.map((fill) =>
          each.map((layer) => {
            const [r, g, b, a] = over(layer, fill);
            return [r, g, b, a * opacity] as Rgba;
          }),
        ),
      );
      // A gradient behind an opaque layer adds nothing.
      variants = [...new Map(variants.map((each) => [JSON.stringify(each), each])).values()];
    }
    const paper = parse(matchMedia('(prefers-color-scheme: dark)').matches ? '#000' : '#fff');
    return variants.map((each) => each.map((layer) => hex(over(layer, paper))));
  };
  const worst = (layers: [Rgba, Rgba], parent: Element | null) => seen(layers, parent) as [string, string][];
  const isShown = (element: Element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.closest('.visually-hidden, .skip') === null;
  const isOff = (element: Element) => element.closest(':disabled, [aria-disabled=true], [inert]') !== null;
  const nameOf = (element: Element, text = element.textContent) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} ${element.getAttribute('data-testid') ?? ''} ${text.trim().slice(0, 40)}`;
  const found: Found[] = [];
  const root = document.querySelector('[role=dialog], [role=alertdialog]') ?? document.body;

  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    const element = parentElement!;
    // Options are the system's; texts in pictures are decoration or have a colour of their own.
    if (!textContent?.trim() || element.closest('script, style, noscript, option, svg')) continue;
    const label = element.closest('label');
    if (!isShown(element) || isOff(element) || (label?.control && isOff(label.control))) continue;
    for (const pair of worst([parse(getComputedStyle(element).color), NONE], element))
      found.push({ kind: 'text', what: nameOf(element, textContent), pairs: [pair] });
  }

  /** The element that is seen in the place of an input that is hidden. */
  const seenOf = (element: Element) =>
    element.getBoundingClientRect().width > 1 && getComputedStyle(element).opacity !== '0'
      ? element
      : (element.closest('label') ?? element.parentElement!);
  for (const element of root.querySelectorAll(CONTROLS)) {
    if (!isShown(element) || isOff(element)) continue;
    const control = seenOf(element);
    const style = getComputedStyle(control);
    const fill = fillsOf(control)[0]!;
    const border = parse(style.borderBottomColor);
    const hasBorder = parseFloat(style.borderBottomWidth) > 0 && border[3] > 0;
    // Its text or icon is all that shows it.
    if (!hasBorder && fill[3] < 0.5) continue;
    const edges: [Rgba, Rgba][] = [[fill, NONE]];
    if (hasBorder) edges.push([over(border, fill), NONE]);
    const perEdge = edges.map((edge) => worst(edge, control.parentElement));
    for (const i of perEdge[0]!.keys())
      found.push({ kind: 'control', what: nameOf(control), pairs: perEdge.map((each) => each[i]!) });
  }
  for (const shape of root.querySelectorAll(':is(button, .button, a) svg :is(path, circle, rect, line)')) {
    const host = shape.closest('button, .button, a')!;
    if (!isShown(shape) || isOff(host) || host.querySelector('[class*=portrait]')) continue;
    const { stroke, fill } = getComputedStyle(shape);
    const pairs = [stroke, fill]
      .filter((colour) => colour !== 'none' && colour.startsWith('rgb'))
      .map((colour) => worst([parse(colour), NONE], shape)[0]!);
    if (pairs.length > 0) found.push({ kind: 'icon', what: nameOf(host), pairs });
  }

  for (const element of root.querySelectorAll<HTMLElement>(FOCUSABLE)) {
    if (!isShown(element) || isOff(element) || element.tabIndex < 0) continue;
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) continue;
    const control = seenOf(element);
    const ringed = [element, control, element.closest('label'), element.parentElement].find(
      (each) => each && getComputedStyle(each).outlineStyle !== 'none',
    );
    const pairs = ringed
      ? worst([parse(getComputedStyle(ringed).outlineColor), NONE], ringed.parentElement)
      : [];
    if (pairs.length === 0) found.push({ kind: 'focus', what: nameOf(element), pairs: [] });
    for (const pair of pairs) found.push({ kind: 'focus', what: nameOf(element), pairs: [pair] });
  }
  return found;
}
