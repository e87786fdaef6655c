import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { deletePost } from '../../../publish/index.ts';
import { openSender, publishNow } from '../../../service/index.ts';
import { type Desk, onePost, tags, whichPost } from './desk.ts';

const common = { tags, params: whichPost, response: { 200: onePost } };
const admin = { scope: 'admin' } as const;

const settled = z
  .strictObject({
    absent: z.boolean().default(false).describe('You have looked: it is not on the network'),
    published: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('You have found it at this address'),
  })
  .refine(({ absent, published }) => !(absent && published !== undefined), { error: 'absent or published, not both' });

/** What can be done with a post. */
export function postRoutes(root: FastifyInstance, desk: Desk): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { publishing, viewOne } = desk;
  const { outbox } = publishing;
  app.post(
    '/publish/posts/:post/approve',
    {
      config: admin,
      schema: {
        ...{ summary: 'Let a draft go out as soon as the rules permit, or set the time of an approved post', ...common },
        body: z
          .strictObject({
            dueAt: z.iso.datetime().nullable().optional().describe('Not before this time; null: as soon as the rules permit'),
          })
          .nullish()
          .transform((body) => body ?? {}),
      },
    },
    async ({ params, body: { dueAt } }) => {
      const due = typeof dueAt === 'string' ? Date.parse(dueAt) : dueAt;
      return { post: await viewOne(await outbox.approve(params.post, due === undefined ? {} : { dueAt: due })) };
    },
  );
  app.post(
    '/publish/posts/:post/cancel',
    { config: admin, schema: { summary: 'Withdraw a post that is not out', ...common } },
    async ({ params }) => ({ post: await viewOne(await outbox.cancel(params.post)) }),
  );
  app.post(
    '/publish/posts/:post/retry',
    {
      config: admin,
      schema: { ...{ summary: 'Try a failed post again, or settle an unknown one after a person has looked', ...common }, body: settled },
    },
    async ({ params, body: { absent, published: url } }) => {
      const post =
        url === undefined
          ? await outbox.retry(params.post, { isAbsent: absent })
          : await outbox.settle(params.post, { uri: url.split('/').at(-1) || url, url });
      return { post: await viewOne(post) };
    },
  );
  outRoutes(root, desk);
}

/** What the network is asked to do at once. */
function outRoutes(root: FastifyInstance, { publishing, viewOne, context }: Desk): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { outbox, accounts } = publishing;
  const { config, gallery, clock, closing, warn } = context;
  app.post(
    '/publish/posts/:post/now',
    {
      config: admin,
      schema: {
        ...{ summary: 'Approve a post and publish it at once, whatever hour it is', ...common },
        description: 'Answers when it is out or has failed, within about two minutes. The switch and the limit of money count.',
      },
    },
    async ({ params }) => {
      const sender = openSender({ loaded: config, program: 'ai-artist serve', gallery, clock, warn, onPost: () => undefined });
      return { post: await viewOne(await publishNow(params.post, sender, { signal: closing })) };
    },
  );
  app.delete(
    '/publish/posts/:post',
    { config: admin, schema: { summary: 'Delete a published post from its network; the work stays', ...common } },
    async ({ params }) => ({ post: await viewOne(await deletePost(params.post, { outbox, accounts, gallery })) }),
  );
}
