/** Posts and accounts as clients see them: no secrets, no folders of this machine. */
import * as z from 'zod';
import { type Home, isoTime } from '../../../core/index.ts';
import { type Account, type Hold, holdText, type Metrics, networkNames, type Post, postStates } from '../../../publish/index.ts';
import { accountView, postView } from '../../../service/index.ts';
import { shownPath } from '../../shown-paths.ts';

const time = z.string().nullable();

export const accountSchema = z.looseObject({
  name: z.string(),
  network: z.enum(networkNames),
  server: z.string(),
  handle: z.string(),
  url: z.string().nullable(),
  secrets: z.array(z.string()).describe('Names of what is stored; the values are never shown'),
  connectedAt: time,
  tokenExpiresAt: time.describe('null: never, or not known'),
  stopped: z
    .object({ at: time, code: z.string(), message: z.string() })
    .nullable()
    .describe('Why nothing is posted to it; connecting it again ends that'),
});

export type AccountView = z.output<typeof accountSchema>;

/** Figures of posts by name. */
export function figuresSchema<T extends z.ZodType>(figure: T) {
  const one = figure.optional();
  const shape = { views: one, likes: one, shares: one, replies: one, quotes: one, saves: one } satisfies Record<keyof Metrics, z.ZodType>;
  return z.object(shape);
}

export const postSchema = z.looseObject({
  id: z.string(),
  work: z.string(),
  more: z
    .array(z.looseObject({ work: z.string(), altText: z.string() }))
    .optional()
    .describe('Further works of the post'),
  account: z.string(),
  network: z.enum(networkNames),
  state: z.enum(postStates),
  createdAt: time,
  dueAt: time,
  content: z.looseObject({ text: z.string(), altText: z.string() }),
  published: z.object({ at: time, uri: z.string(), url: z.string().nullable() }).nullable(),
  approved: z.looseObject({ at: time, by: z.enum(['hand', 'rule']) }).nullable(),
  unknownSources: z.array(z.string()).describe('Sources whose terms are not known: a person decides'),
  nextAt: time.describe('When it is tried again after a failure; of a post that is out: when its figures are asked for again'),
  failures: z.int().describe('In a row'),
  price: z.number().describe('US dollars'),
  problem: z.looseObject({ code: z.string(), message: z.string(), retryable: z.boolean(), at: time }).nullable(),
  history: z.array(z.looseObject({ at: time, state: z.enum(postStates), note: z.string().optional() })),
  metrics: z.array(z.object({ age: z.string(), at: time, figures: figuresSchema(z.int()) })),
  waits: z
    .object({ reason: z.string(), until: time.describe('null: until a person does something') })
    .nullable()
    .describe('Why an approved post does not go out now; null: it goes out with the next look of a sender'),
  waitsBecause: z.string().nullable().describe('The same as a text'),
});
export type PostView = z.output<typeof postSchema>;

/** Cleans the texts of errors. */
export type Clean = (message: string) => string;

/** An address that opens for others; one of a file on this machine is none. */
const shownUrl = (url: string | null): string | null => (url?.startsWith('file:') ? null : url);

export function shownAccount(account: Account, home: Home, clean: Clean): z.output<typeof accountSchema> {
  const { server, handle, url, stopped, ...rest } = accountView(account);
  return {
    ...rest,
    server: shownPath(server, home),
    handle: shownPath(handle, home),
    url: shownUrl(url),
    stopped: stopped && { ...stopped, message: clean(stopped.message) },
  };
}

export function shownPost(post: Post, holds: ReadonlyMap<string, Hold>, clean: Clean): PostView {
  const { published, problem, history, ...rest } = postView(post);
  const hold = holds.get(post.id);
  return {
    ...rest,
    published: published && { ...published, url: shownUrl(published.url) },
    problem: problem && { ...problem, message: clean(problem.message) },
    history: history.map((change) => ({ ...change, ...(change.note !== undefined && { note: clean(change.note) }) })),
    waits: hold ? { reason: clean(hold.reason), until: isoTime(hold.until) } : null,
    waitsBecause: hold ? clean(holdText(hold)) : null,
  };
}
