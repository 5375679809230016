import type { Page } from 'playwright-core';

/** Elements that are scrolled sideways, or reach beyond the window without being cut off: WCAG 2.1, 1.4.10. */
export const sideways = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const isCut = (node: Element | null): boolean =>
      node !== null && (getComputedStyle(node).overflowX === 'hidden' || isCut(node.parentElement));
    return [...document.querySelectorAll('body, body *')]
      .filter((node) => {
        const { overflowX, position } = getComputedStyle(node);
        const { left, right, width } = node.getBoundingClientRect();
        const isScrolled = ['auto', 'scroll'].includes(overflowX) && node.scrollWidth > node.clientWidth;
        const isSeen = width > 1 && right > 0 && position !== 'fixed';
        return (
          isScrolled ||
          (isSeen && (left < 0 || right > document.documentElement.clientWidth + 0.5) && !isCut(node))
        );
      })
      .map((node) => `${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)}`);
  });

/** Texts that are not wholly shown: cut off by their element, or outside of the window with nothing to scroll them into it. */
export function clippedOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isHidden = (element: Element) =>
      element.closest('.visually-hidden, .skip') !== null || !element.checkVisibility();
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const clipped = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement!;
      if (!node.textContent?.trim() || element.closest('script, style, noscript') || isHidden(element))
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const { left, right } = range.getBoundingClientRect();
      const isOut = left < -1 || right > document.documentElement.clientWidth + 1;
      const isCut = [element, element.parentElement!].some(
        (each) =>
          /hidden|clip/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth + 1,
      );
      if ((isOut && !scrolls(element)) || isCut) clipped.add(node.textContent.trim().slice(0, 60));
    }
    return [...clipped];
  });
}

/** Elements whose text is cut off at their lower edge. */
export const squashed = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((node) => {
        const isCut = /hidden|clip/.test(getComputedStyle(node).overflowY);
        return (
          isCut &&
          node.textContent.trim() &&
          node.clientHeight > 1 &&
          node.scrollHeight > node.clientHeight + 2
        );
      })
      .map((node) => `${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)}`),
  );
