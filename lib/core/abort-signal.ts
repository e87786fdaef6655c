import * as z from 'zod';
import { display } from './options.ts';

/** An option that takes an AbortSignal. The check looks at its methods, not its class, so signals of other realms and of polyfills pass. */
export const abortSignal = (): z.ZodType<AbortSignal, AbortSignal> =>
  z.custom<AbortSignal>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      'aborted' in value &&
      'addEventListener' in value &&
      typeof value.addEventListener === 'function',
    { error: (issue) => `expected an AbortSignal, got ${display(issue.input)}` },
  );
