import type * as z from 'zod';

/** A check of a list of records: each that has the id of one before it is an issue of its own, so that the first is used and the rest are not. */
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
