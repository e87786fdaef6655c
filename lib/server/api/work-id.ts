import * as z from 'zod';

/** Id of a work in paths and bodies. */
export const workId = z
  .string()
  .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, { error: 'an id, a ULID of 26 characters' })
  .describe('Id of a work');
