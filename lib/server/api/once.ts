/** `Idempotency-Key` of requests whose answer was lost: the work of a key is done once while the server runs. */
import * as z from 'zod';

/** Keys that are remembered; the oldest are forgotten. */
const mostKeys = 1000;

/** Headers of such a request, with what the key does for its route. */
export const onceHeaders = (does: string) => z.looseObject({ 'idempotency-key': z.string().min(1).max(255).optional().describe(does) });

/** Does each key's work once, also when it comes again before the first is done. What failed is done again. */
export function onceByKey<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key, work) => {
    const before = known.get(key);
    if (before) return before;
    const made = work();
    known.set(key, made);
    made.catch(() => known.delete(key));
    const [oldest] = known.keys();
    if (known.size > mostKeys && oldest !== undefined) known.delete(oldest);
    return made;
  };
}
