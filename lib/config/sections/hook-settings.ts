import * as z from 'zod';
import { secret } from '../secret.ts';

const oneOf = 'a list of words, the address of a webhook, {env: NAME} or {file: PATH}';
const hooks = () =>
  z
    .array(
      z.union(
        [
          z.array(z.string().max(10_000)).min(1).max(100),
          z.url({ protocol: /^https?$/, error: oneOf }).max(2000),
          z.strictObject({ env: z.string().min(1) }),
          z.strictObject({ file: z.string().min(1) }),
        ],
        { error: oneOf },
      ),
    )
    .max(20)
    .default([])
    .meta({ fileOnly: true });

/** The keys of `on`. */
export const hookSettings = z.strictObject({
  work: hooks().describe(
    'Commands, each a list of words, and webhooks, each an address, that get the JSON of every filed work; {env: NAME} or {file: PATH} where the address is secret',
  ),
  failure: hooks().describe('The same, for works that failed'),
  period: hooks().describe('The same, for periods that begin or end'),
  timeoutSeconds: z.number().min(1).max(3600).default(60).describe('Time limit of a command or webhook in seconds, 1..3600'),
  secret: secret().optional().describe('Signs what webhooks get, as whsec_ and the base64 of 24 to 64 bytes. Default: not signed'),
});
export type HookSettings = z.output<typeof hookSettings>;
