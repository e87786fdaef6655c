import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, exists } from '../../../core/index.ts';
import { type Post, postStates, previewPost, queueWork, setPublishingOff, whyWaiting } from '../../../publish/index.ts';
import { accountsNamed, openPublishing, type Publishing } from '../../../service/index.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { cleaner } from '../../events/hub-of-server.ts';
import { workId } from '../work-id.ts';
import { postedPictureRoute } from './picture-route.ts';
import { accountSchema, type Clean, postSchema, shownAccount, shownPost } from './views.ts';

const tags = ['publish'];
const one = z.strictObject({ post: z.string().min(1).max(100).describe('Id of a post') });
const accountName = z.string().min(1).max(64);
const onePost = z.object({ post: postSchema });

/** What the routes work with. */
interface Desk {
  publishing: Publishing;
  context: ServerContext;
  clean: Clean;
  /** Posts as clients see them; each reason for waiting needs all posts of the home. */
  view: (posts: readonly Post[]) => Promise<z.output<typeof postSchema>[]>;
}

/** Publishing: accounts, posts, the switch. */
export const publishRoutes: Routes = (root, context) => {
  const publishing = openPublishing(context.config, { clock: context.clock, signal: context.closing, warn: context.warn });
  const clean = cleaner(context);
  const view: Desk['view'] = async (posts) => {
    const all = posts.some(({ state }) => state === 'approved') ? (await publishing.outbox.list()).posts : [];
    const reasons = await whyWaiting(all, publishing, context.clock.now());
    return posts.map((post) => shownPost(post, reasons, clean));
  };
  const desk = { publishing, context, clean, view };
  readingRoutes(root, desk);
  addingRoutes(root, desk);
  postRoutes(root, desk);
  switchRoute(root, desk);
  postedPictureRoute(root, publishing.outbox);
};

function readingRoutes(root: FastifyInstance, { publishing, context, clean, view }: Desk): void {
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
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'Posts, newest first', tags },
        querystring: z.strictObject({
          state: z.enum(postStates).optional(),
          account: accountName.optional(),
          work: workId.optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: {
          200: z.object({
            posts: z.array(postSchema),
            total: z.int(),
            broken: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })),
          }),
        },
      },
    },
    async ({ query: { state, account, work, limit } }) => {
      const { posts, broken } = await outbox.list();
      const found = posts.filter(
        (post) =>
          (state === undefined || post.state === state) &&
          (account === undefined || post.account === account) &&
          (work === undefined || post.work === work),
      );
      return {
        posts: await view(found.slice(-limit).reverse()),
        total: found.length,
        broken: broken.map((post) => ({ ...post, message: clean(post.message) })),
      };
    },
  );
  app.get(
    '/publish/posts/:post',
    { config: { scope: 'paint' }, schema: { summary: 'A post, with its history', tags, params: one, response: { 200: onePost } } },
    async ({ params }) => ({ post: await viewOne(await outbox.get(params.post), view) }),
  );
}

async function viewOne(post: Post, view: Desk['view']): Promise<z.output<typeof postSchema>> {
  const [shown] = await view([post]);
  if (!shown) throw new ArtistError('ERR_INTERNAL', `post ${post.id}: expected a view of it, got none`);
  return shown;
}

const preparedSchema = z.object({
  account: z.string(),
  network: z.string(),
  content: z.looseObject({ text: z.string(), altText: z.string() }),
  picture: z.object({
    type: z.string(),
    width: z.int(),
    height: z.int(),
    bytes: z.int(),
    data: z.string().describe('The picture as it would be sent, base64'),
  }),
  credits: z.object({ lines: z.array(z.string()), unknown: z.array(z.string()) }),
  length: z.object({ used: z.int(), limit: z.int().nullable().describe('null: none') }),
  price: z.number().describe('US dollars'),
});

function addingRoutes(root: FastifyInstance, { publishing, context: { gallery }, view }: Desk): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/publish/preview',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Exactly what a post of a work would be', description: 'Asks the network for its limits. Stores nothing.', tags },
        body: z.strictObject({ work: workId, account: accountName }),
        response: { 200: preparedSchema },
      },
    },
    async ({ body }) => {
      const account = await publishing.accounts.get(body.account);
      const { network, content, picture, credits, length, price } = await previewPost(await gallery.get(body.work), account, publishing);
      const { bytes, type, width, height } = picture;
      return {
        account: account.name,
        network,
        content: { ...content },
        picture: { type, width, height, bytes: bytes.length, data: Buffer.from(bytes).toString('base64') },
        credits: { lines: [...credits.lines], unknown: [...credits.unknown] },
        length: { used: length.used, limit: Number.isFinite(length.limit) ? length.limit : null },
        price,
      };
    },
  );
  app.post(
    '/publish/posts',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Queue posts of a work, one for each account', tags },
        body: z.strictObject({
          work: workId,
          accounts: z.array(accountName).min(1).max(100).optional().describe('Default: all'),
          dueAt: z.iso.datetime().optional().describe('Not before this time, ISO 8601, UTC'),
          approve: z.boolean().default(false),
          again: z.boolean().default(false).describe('Also where the account has a post of this work'),
        }),
        response: { 201: z.object({ posts: z.array(postSchema) }) },
      },
    },
    async ({ body: { work: id, accounts: names, dueAt, approve, again } }, reply) => {
      const accounts = await accountsNamed(publishing.accounts, names);
      const work = await gallery.get(id);
      const due = dueAt === undefined ? undefined : Date.parse(dueAt);
      const posts: Post[] = [];
      for (const account of accounts) posts.push(await queueWork(work, account, { ...publishing, dueAt: due, approved: approve, again }));
      return reply.code(201).send({ posts: await view(posts) });
    },
  );
}

function postRoutes(root: FastifyInstance, { publishing: { outbox }, view }: Desk): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const common = { tags, params: one, response: { 200: onePost } };
  app.post(
    '/publish/posts/:post/approve',
    { config: { scope: 'admin' }, schema: { summary: 'Let a draft go out as soon as the rules permit', ...common } },
    async ({ params }) => ({ post: await viewOne(await outbox.approve(params.post), view) }),
  );
  app.post(
    '/publish/posts/:post/cancel',
    { config: { scope: 'admin' }, schema: { summary: 'Withdraw a post that is not out', ...common } },
    async ({ params }) => ({ post: await viewOne(await outbox.cancel(params.post), view) }),
  );
  app.post(
    '/publish/posts/:post/retry',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Try a failed post again, or settle an unknown one after a person has looked', ...common },
        body: z
          .strictObject({
            absent: z.boolean().default(false).describe('You have looked: it is not on the network'),
            published: z
              .url({ protocol: /^https?$/ })
              .optional()
              .describe('You have found it at this address'),
          })
          .refine(({ absent, published }) => !(absent && published !== undefined), { error: 'absent or published, not both' }),
      },
    },
    async ({ params, body: { absent, published: url } }) => {
      const post =
        url === undefined
          ? await outbox.retry(params.post, { isAbsent: absent })
          : await outbox.settle(params.post, { uri: url.split('/').at(-1) || url, url });
      return { post: await viewOne(post, view) };
    },
  );
}

function switchRoute(root: FastifyInstance, { context: { home } }: Desk): void {
  root.withTypeProvider<ZodTypeProvider>().put(
    '/publish/switch',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Stop all publishing of this home, or let it go on', tags },
        body: z.strictObject({ isOff: z.boolean() }),
        response: { 200: z.object({ isOff: z.boolean() }) },
      },
    },
    async ({ body: { isOff } }) => {
      await setPublishingOff(home.folder, isOff);
      return { isOff };
    },
  );
}
