import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

declare const axe: { run(options: RunOptions): Promise<AxeResults> };

/** WCAG 2.2 A and AA, and names that differ from the visible text. */
export const WCAG_22: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  rules: { 'label-content-name-mismatch': { enabled: true }, 'target-size': { enabled: true } },
};

/** What axe-core finds on a page. */
export async function axeFaults(page: Page, options: RunOptions = WCAG_22): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) {
    // As the developer tools do it: the policy of the page allows no foreign script.
    const tools = await page.context().newCDPSession(page);
    await tools.send('Runtime.evaluate', { expression: await readFile(AXE, 'utf8') });
    await tools.detach();
  }
  const { violations } = await page.evaluate((rules) => axe.run(rules), options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
