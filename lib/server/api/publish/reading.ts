import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { exists } from '../../../core/index.ts';
import { networkNames, type Post, postStates, totalsOf, worksOfPost } from '../../../publish/index.ts';
import { workId } from '../work-id.ts';
import { accountName, type Desk, onePost, tags, whichPost } from './desk.ts';
import { accountSchema, figuresSchema, postSchema, shownAccount } from './views.ts';

const states = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(postStates)))
  .describe(`One of them or several, with commas: ${postStates.join(', ')}`);

const wanted = z.strictObject({
  state: states.optional(),
  account: accountName.optional(),
  work: workId.optional().describe('Posts that show this work'),
  before: z.string().min(1).max(100).optional().describe('Only posts that were added before this one: `next` of the page before'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

const page = z.object({
  posts: z.array(postSchema),
  total: z.int().describe('Posts that fit, on all pages'),
  next: z.string().nullable().describe('As `before` it asks for the next page; null: there is none'),
  counts: z.record(z.enum(postStates), z.int()).describe('Posts in each state, of this account and work'),
  broken: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })),
});

export type PostPage = z.output<typeof page>;

const totals = z.object({
  accounts: z.array(
    z.object({
      account: z.string(),
      network: z.enum(networkNames),
      published: z.int(),
      measured: z.int().describe('Posts whose figures were read'),
      figures: figuresSchema(z.object({ sum: z.int(), posts: z.int().describe('How many posts have it') })),
    }),
  ),
});

export type TotalsAnswer = z.output<typeof totals>;

function countsOf(posts: readonly Post[]): z.output<typeof page>['counts'] {
  const counts = Object.fromEntries(postStates.map((state) => [state, 0])) as z.output<typeof page>['counts'];
  for (const { state } of posts) counts[state] += 1;
  return counts;
}

/** Accounts, posts and what they brought. */
export function readingRoutes(root: FastifyInstance, { publishing, context, clean, view, viewOne }: Desk): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { outbox, accounts } = publishing;
  app.get(
    '/publish/accounts',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'The connected accounts, without their secrets, and the switch', tags },
        response: { 200: z.object({ accounts: z.array(accountSchema), isOff: z.boolean() }) },
      },
    },
    async () => ({
      accounts: (await accounts.list()).map((account) => shownAccount(account, context.home, clean)),
      isOff: await exists(outbox.home.publishingOff),
    }),
  );
  app.get(
    '/publish/posts',
    { config: { scope: 'paint' }, schema: { summary: 'Posts, newest first', tags, querystring: wanted, response: { 200: page } } },
    async ({ query: { state, account, work, before, limit } }) => {
      const { posts, broken } = await outbox.list();
      const ofBoth = posts.filter(
        (post) => (account === undefined || post.account === account) && (work === undefined || worksOfPost(post).includes(work)),
      );
      const found = ofBoth.filter((post) => state === undefined || state.includes(post.state));
      const older = before === undefined ? found : found.filter(({ id }) => id < before);
      const shown = older.slice(-limit).reverse();
      return {
        posts: await view(shown, posts),
        total: found.length,
        next: older.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
        counts: countsOf(ofBoth),
        broken: broken.map((post) => ({ ...post, message: clean(post.message) })),
      };
    },
  );
  app.get(
    '/publish/posts/:post',
    { config: { scope: 'paint' }, schema: { summary: 'A post, with its history', tags, params: whichPost, response: { 200: onePost } } },
    async ({ params }) => ({ post: await viewOne(await outbox.get(params.post)) }),
  );
  app.get(
    '/publish/figures',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'What the posts of each account brought together', tags },
        description:
          'Of posts that are out, each figure as it was last read. A figure that a network does not have is left out, which is not zero.',
        response: { 200: totals },
      },
    },
    async () => ({ accounts: totalsOf((await outbox.list()).posts) }),
  );
}
