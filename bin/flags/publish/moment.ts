import { ArtistError, display } from '../../../lib/core/index.ts';
import type { Flag } from '../flags.ts';

/** A time as ISO 8601, local unless it says otherwise; milliseconds since 1970. */
export function moment(describe: string): Flag<number> {
  return {
    describe,
    shape: 'value',
    read: (value, name) => {
      const at = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d)?/.test(value) ? Date.parse(value.replace(' ', 'T')) : Number.NaN;
      if (Number.isNaN(at))
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected a time such as 2027-01-01T09:00, got ${display(value)}`);
      return at;
    },
  };
}
