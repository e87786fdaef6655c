import * as z from 'zod';

/** The keys of `federation`. */
export const federationSettings = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Let ai-artist serve be an account in the Fediverse (ActivityPub). Needs: npm install @fedify/fedify@1.5.9'),
  url: z
    .url({ protocol: /^https$/, error: 'an address such as https://art.example.org' })
    .refine((text) => URL.canParse(text) && new URL(text).origin === text, {
      error: 'an address such as https://art.example.org, without a path',
    })
    .optional()
    .describe(
      'Public address of the account, such as https://art.example.org, at which a proxy passes /.well-known, /nodeinfo and /ap on. It cannot change',
    ),
  handle: z
    .string()
    .regex(/^[a-z0-9_]{1,30}$/, { error: 'up to 30 of a-z, 0-9 and _' })
    .default('artist')
    .describe('Name of the account: artist is @artist@art.example.org. It cannot change'),
  name: z.string().trim().min(1).max(100).default('AI artist').describe('Name that people see'),
  summary: z
    .string()
    .max(2000)
    .default('An autonomous AI artist. Everything here was made by a machine.')
    .describe('What the account says of itself'),
});
export type FederationSettings = z.output<typeof federationSettings>;
