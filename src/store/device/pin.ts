import * as v from 'valibot';
import { sha256Hex } from '../../provenance';
import { changeMuseum, readMuseum, writeMuseum } from './museum';

/**
 * Work of one guess: PBKDF2-HMAC-SHA256 with the iterations that the OWASP Password Storage Cheat Sheet (section PBKDF2) advises.
 */
const ITERATIONS = 600_000;
const SALT_BYTES = 16;
const HASH_BITS = 256;
/** Wrong PINs before the first wait, which doubles with each further one up to the longest. */
const FREE_FAILURES = 5;
const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 900;

export const PIN_PATTERN = /^[0-9]{6,12}$/;

const bytes = v.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);
const pinSchema = v.object({
  salt: bytes,
  hash: bytes,
  iterations: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
const attemptsSchema = v.object({
  failures: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Of the last failure, in milliseconds since 1970. */
  at: v.number(),
});
const resetsSchema = v.array(v.string());

export type Attempts = v.InferOutput<typeof attemptsSchema>;
export type PinAnswer = { is: 'right' } | { is: 'wrong' | 'waiting'; waitSeconds: number };

/** Seconds until the next PIN is looked at. A clock that was set back does not make the wait longer than it was. */
export function waitSeconds({ failures, at }: Attempts, nowMs: number): number {
  if (failures < FREE_FAILURES) return 0;
  const whole = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (failures - FREE_FAILURES));
  return Math.min(whole, Math.max(0, Math.ceil(whole - (nowMs - at) / 1000)));
}

export async function hasPin(): Promise<boolean> {
  return (await readMuseum('pin', pinSchema)) !== undefined;
}

/** Sets the PIN: 6 to 12 digits. */
export async function setPin(pin: string): Promise<void> {
  if (!PIN_PATTERN.test(pin)) throw new RangeError('A PIN has 6 to 12 digits.');
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = await derive(pin, salt, ITERATIONS);
  await writeMuseum({ pin: { salt, hash, iterations: ITERATIONS }, 'pin-attempts': undefined });
}

/**
 * Looks at a PIN, unless that has to wait. A guess counts as wrong before it is looked at, so that a reload in the middle does not
 * make it free.
 */
export async function checkPin(pin: string, nowMs = Date.now()): Promise<PinAnswer> {
  let wait = 0;
  const counted = await changeMuseum('pin-attempts', attemptsSchema, (attempts = { failures: 0, at: 0 }) => {
    wait = waitSeconds(attempts, nowMs);
    return wait > 0 ? attempts : { failures: attempts.failures + 1, at: nowMs };
  });
  if (wait > 0) return { is: 'waiting', waitSeconds: wait };
  const stored = await readMuseum('pin', pinSchema);
  if (!stored || !isSame(await derive(pin, stored.salt, stored.iterations), stored.hash))
    return { is: 'wrong', waitSeconds: waitSeconds(counted!, nowMs) };
  await writeMuseum({ 'pin-attempts': undefined });
  return { is: 'right' };
}

/** Seconds until `checkPin` looks at a PIN again. */
export async function pinWaitSeconds(nowMs = Date.now()): Promise<number> {
  const attempts = await readMuseum('pin-attempts', attemptsSchema);
  return attempts ? waitSeconds(attempts, nowMs) : 0;
}

const resetSchema = v.object({ newPin: v.pipe(v.string(), v.regex(PIN_PATTERN)) });

/**
 * For a forgotten PIN: sets the one in `staff-reset.json` beside index.html, `{ "newPin": "..." }`, which only those can put there
 * who have access to the machine. Each such file is obeyed once. Resolves with whether the PIN was set.
 */
export async function resetPin(url: string, fetch = globalThis.fetch): Promise<boolean> {
  const text = await fetch(url, { cache: 'no-store' }).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  const reset = parseReset(text);
  if (!reset) return false;
  const used = (await readMuseum('pin-resets', resetsSchema)) ?? [];
  const id = sha256Hex(new TextEncoder().encode(text.trim()));
  if (used.includes(id)) return false;
  await setPin(reset.newPin);
  await writeMuseum({ 'pin-resets': [...used, id] });
  return true;
}

function parseReset(text: string): { newPin: string } | undefined {
  try {
    const parsed = v.safeParse(resetSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

async function derive(
  pin: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, HASH_BITS));
}

/** Takes the same time wherever the first difference is. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}
