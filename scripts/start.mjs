import { DIST, ensureBuilt } from './build.mjs';
import { serve } from './serve.mjs';

const FIRST_PORT = 5173;

try {
  await ensureBuilt();
  const { url } = await serve({ root: DIST, port: Number(process.env.PORT ?? FIRST_PORT) });
  console.log(`Understudy is at ${url} (Ctrl+C stops it)`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
