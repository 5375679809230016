import { launchChromium } from '../browser.mjs';
import { DIST, ensureBuilt } from '../build.mjs';
import { serve } from '../serve.mjs';

/** Time from navigation to the converted sample, and megabytes sent, at the first and the second visit. */
export async function measureFirstVisit() {
  await ensureBuilt();
  const server = await serve({ root: DIST });
  const browser = await launchChromium();
  try {
    const context = await browser.newContext();
    // It is fetched after the first sound, so it is not part of what is measured.
    await context.route('**/ear*.onnx', (route) => route.abort());
    const first = await visit(context, server);
    const second = await visit(context, server);
    return {
      firstSeconds: first.seconds,
      firstMb: first.mb,
      secondSeconds: second.seconds,
      secondMb: second.mb,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {Awaited<ReturnType<typeof serve>>} server
 */
async function visit(context, server) {
  const before = server.bytesSent();
  const startedMs = performance.now();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByTestId('try-sample').click();
  await page.getByTestId('backend').waitFor({ timeout: 120_000 });
  await page.getByTestId('convert').click();
  await page.getByTestId('output-track').waitFor({ timeout: 120_000 });
  const seconds = (performance.now() - startedMs) / 1000;
  await page.close();
  return { seconds, mb: (server.bytesSent() - before) / 1e6 };
}
