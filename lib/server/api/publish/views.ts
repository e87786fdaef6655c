/** Posts and accounts as clients see them: no secrets, no folders of this machine. */
import * as z from 'zod';
import type { Home } from '../../../core/index.ts';
import { type Account, networkNames, type Post, postStates } from '../../../publish/index.ts';
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

export const postSchema = z.looseObject({
  id: z.string(),
  work: z.string(),
  account: z.string(),
  network: z.enum(networkNames),
  state: z.enum(postStates),
  createdAt: time,
  dueAt: time,
  content: z.looseObject({ text: z.string(), altText: z.string() }),
  published: z.object({ at: time, uri: z.string(), url: z.string().nullable() }).nullable(),
  problem: z.looseObject({ code: z.string(), message: z.string(), retryable: z.boolean(), at: time }).nullable(),
  metrics: z.array(z.object({ age: z.string(), at: time, figures: z.record(z.string(), z.number()) })),
  waitsBecause: z
    .string()
    .nullable()
    .describe('Why an approved post does not go out now; null: it goes out with the next look of a sender'),
});

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

export function shownPost(post: Post, reasons: ReadonlyMap<string, string>, clean: Clean): z.output<typeof postSchema> {
  const { published, problem, history, metrics, ...rest } = postView(post);
  const reason = reasons.get(post.id);
  return {
    ...rest,
    published: published && { ...published, url: shownUrl(published.url) },
    problem: problem && { ...problem, message: clean(problem.message) },
    history: history.map((change) => ({ ...change, ...(change.note !== undefined && { note: clean(change.note) }) })),
    // A figure that the network does not have is left out.
    metrics: metrics.map(({ figures, ...one }) => ({
      ...one,
      figures: Object.fromEntries(Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined)),
    })),
    waitsBecause: reason === undefined ? null : clean(reason),
  };
}
