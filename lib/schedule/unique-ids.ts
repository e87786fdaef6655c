import type * as z from 'zod';

/** Checks a list of records for repeated ids. Each repetition is its own issue, so that the first record is used and the others are not. */
export function uniqueIds(what: string): z.core.CheckFn<{ id: string }[]> {
  return ({ value, issues }) => {
    const seen = new Set<string>();
    for (const [at, { id }] of value.entries()) {
      if (seen.has(id))
        issues.push({ code: 'custom', path: [at, 'id'], input: id, message: `expected one ${what} of this id, got a second one: ${id}` });
      seen.add(id);
    }
  };
}
