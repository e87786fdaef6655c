import * as z from 'zod';

/** A text that is hidden in logs, or the place where its owner keeps it. */
export const secret = () =>
  z
    .union([
      z.string().min(1),
      z.strictObject({ env: z.string().min(1).describe('Name of an environment variable') }),
      z.strictObject({ file: z.string().min(1).describe('Path of a file that contains it, relative to the home folder') }),
    ])
    .meta({ secret: true });
export type Secret = z.output<ReturnType<typeof secret>>;
