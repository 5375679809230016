import * as v from 'valibot';
import { changeMuseum, readMuseum, writeMuseum } from './museum';

const MAX_KINDS = 40;
/** Names of errors that the app has for its users; whatever else an error is named could come from outside. */
const KIND = /^[A-Za-z][A-Za-z-]{0,39}$/;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const countersSchema = v.object({
  /** Milliseconds since 1970. */
  since: v.number(),
  visits: count,
  conversions: count,
  aborts: count,
  errors: v.record(v.string(), count),
});

/** What has happened since a day, without what anybody said or who it was. */
export type Counters = v.InferOutput<typeof countersSchema>;
export type Counted = 'visits' | 'conversions' | 'aborts';

const fresh = (): Counters => ({ since: Date.now(), visits: 0, conversions: 0, aborts: 0, errors: {} });

export async function readCounters(): Promise<Counters> {
  return (await readMuseum('counters', countersSchema)) ?? fresh();
}

export async function countOne(what: Counted): Promise<void> {
  await change((counters) => ({ ...counters, [what]: counters[what] + 1 }));
}

/** The code or name of an error where the app has it for its users; undefined for what could come from outside. */
export function kindOf(error: unknown): string | undefined {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return [code, name].find((each) => typeof each === 'string' && KIND.test(each)) as string | undefined;
}

/** Counts an error by its name or code. */
export async function countError(error: unknown): Promise<void> {
  const named = kindOf(error);
  await change((counters) => {
    const isFull = Object.keys(counters.errors).length >= MAX_KINDS;
    const kind = named && (!isFull || named in counters.errors) ? named : 'other';
    return { ...counters, errors: { ...counters.errors, [kind]: (counters.errors[kind] ?? 0) + 1 } };
  });
}

export async function resetCounters(): Promise<void> {
  await writeMuseum({ counters: fresh() });
}

/** Lines of `what,count`, with the times by UTC. */
export function countersCsv({ since, visits, conversions, aborts, errors }: Counters, nowMs: number): string {
  const rows: [string, string | number][] = [
    ['from', new Date(since).toISOString()],
    ['to', new Date(nowMs).toISOString()],
    ...Object.entries({ visits, conversions, aborts }),
    ...Object.entries(errors).map(([kind, times]): [string, number] => [`error ${kind}`, times]),
  ];
  return ['what,count', ...rows.map(([what, value]) => `${what},${value}`), ''].join('\r\n');
}

async function change(to: (counters: Counters) => Counters): Promise<void> {
  await changeMuseum('counters', countersSchema, (counters) => to(counters ?? fresh()));
}
