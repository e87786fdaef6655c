import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Artwork, Gallery } from '../../../gallery/index.ts';
import { type Account, type Post, type PreparedPost, previewPost, queueWork } from '../../../publish/index.ts';
import { accountsNamed } from '../../../service/index.ts';
import { onceByKey, onceHeaders } from '../once.ts';
import { workId } from '../work-id.ts';
import { accountName, type Desk, tags } from './desk.ts';
import { postSchema } from './views.ts';

/** The works of a post and what a person says of them. */
const about = {
  work: workId,
  more: z.array(workId).max(19).default([]).describe('Further works of the same post, a picture each'),
  caption: z.string().max(20_000).optional().describe('Words in place of those of publish.template; credits, AI label and hashtags follow'),
  altTexts: z
    .record(workId, z.string().max(20_000))
    .optional()
    .describe('Alternative texts for this post in place of those of the works, by id'),
};

const pictureSchema = z.object({
  type: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  data: z.string().describe('The picture as it would be sent, base64'),
});

export const preparedSchema = z.object({
  account: z.string(),
  network: z.string(),
  content: z.looseObject({ text: z.string(), altText: z.string(), sensitive: z.boolean(), visibility: z.string() }),
  picture: pictureSchema,
  more: z.array(z.object({ work: z.string(), altText: z.string(), picture: pictureSchema })),
  credits: z.object({ lines: z.array(z.string()), unknown: z.array(z.string()) }),
  words: z
    .object({ text: z.string(), by: z.enum(['template', 'llm', 'person']), isCut: z.boolean() })
    .describe('The words of the text without credits, label and hashtags, before they were cut, and who wrote them'),
  length: z.object({ used: z.int(), limit: z.int().nullable().describe('null: none') }),
  altTextLimit: z.int().nullable().describe('Longest alternative text; null: any; 0: the network has none'),
  price: z.number().describe('US dollars'),
  obstacle: z.string().nullable().describe('What keeps it from going out until a person does something, besides the limits of the account'),
});
export type PreparedView = z.output<typeof preparedSchema>;

const limitOf = (limit: number): number | null => (Number.isFinite(limit) ? limit : null);

function pictureView({ bytes, type, width, height }: PreparedPost['picture']): z.output<typeof pictureSchema> {
  return { type, width, height, bytes: bytes.length, data: Buffer.from(bytes).toString('base64') };
}

function preparedView(
  account: Account,
  { network, content, picture, more, credits, words, length, altTextLimit, price, obstacle }: PreparedPost,
) {
  return {
    account: account.name,
    network,
    content: { ...content },
    picture: pictureView(picture),
    more: more.map((one) => ({ ...one, picture: pictureView(one.picture) })),
    credits: { lines: [...credits.lines], unknown: [...credits.unknown] },
    words,
    length: { used: length.used, limit: limitOf(length.limit) },
    altTextLimit: limitOf(altTextLimit),
    price,
    obstacle: obstacle ?? null,
  };
}

const worksOf = async (gallery: Gallery, work: string, more: readonly string[]): Promise<[Artwork, Artwork[]]> => [
  await gallery.get(work),
  await Promise.all(more.map((id) => gallery.get(id))),
];

/** What a post would be, and queueing it. */
export function addingRoutes(root: FastifyInstance, { publishing, context: { gallery }, view }: Desk): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const once = onceByKey<Post>();
  app.post(
    '/publish/preview',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Exactly what a post would be', description: 'Asks the network for its limits. Stores nothing.', tags },
        body: z.strictObject({ ...about, account: accountName }),
        response: { 200: preparedSchema },
      },
    },
    async ({ body: { work, more, account: name, caption, altTexts } }) => {
      const account = await publishing.accounts.get(name);
      const [first, others] = await worksOf(gallery, work, more);
      return preparedView(account, await previewPost(first, account, { ...publishing, more: others, caption, altTexts }));
    },
  );
  app.post(
    '/publish/posts',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Queue posts of a work, or of several together, one for each account', tags },
        headers: onceHeaders('A request with the key of an earlier one of yours adds nothing to an account that the earlier one reached'),
        body: z.strictObject({
          ...about,
          accounts: z.array(accountName).min(1).max(100).optional().describe('Default: all'),
          dueAt: z.iso.datetime().optional().describe('Not before this time, ISO 8601, UTC'),
          approve: z.boolean().default(false),
          again: z.boolean().default(false).describe('Also where the account has a post of this work'),
        }),
        response: { 201: z.object({ posts: z.array(postSchema) }) },
      },
    },
    async ({ body: { work, more, accounts: names, dueAt, approve, again, caption, altTexts }, headers, caller }, reply) => {
      const accounts = await accountsNamed(publishing.accounts, names);
      const [first, others] = await worksOf(gallery, work, more);
      const due = dueAt === undefined ? undefined : Date.parse(dueAt);
      const options = { ...publishing, more: others, caption, altTexts, dueAt: due, approved: approve, again };
      const posts: Post[] = [];
      const key = headers['idempotency-key'];
      for (const account of accounts) {
        const add = (): Promise<Post> => queueWork(first, account, options);
        posts.push(await (key === undefined ? add() : once(JSON.stringify([caller.id, key, account.name]), add)));
      }
      return reply.code(201).send({ posts: await view(posts) });
    },
  );
}
