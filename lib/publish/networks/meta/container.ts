import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { NetworkFailure } from '../network-failure.ts';
import { type PostOrder, type Published, picturesOf } from '../publisher.ts';
import type { Graph } from './graph.ts';

/** A container is what a post is before it is published. */
export type ContainerState = 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'EXPIRED' | 'ERROR';
export const containerState = z.enum(['IN_PROGRESS', 'FINISHED', 'PUBLISHED', 'EXPIRED', 'ERROR']);
export const idSchema = z.object({ id: z.string() });
/** Instagram calls the text `caption`, Threads `text`. */
const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      caption: z.string().optional(),
      text: z.string().optional(),
      timestamp: z.string(),
      permalink: z.string().optional(),
    }),
  ),
});
const permalinkSchema = z.object({ permalink: z.string().optional() });
const insightsSchema = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      values: z.array(z.object({ value: z.number().optional() })).optional(),
      total_value: z.object({ value: z.number().optional() }).optional(),
    }),
  ),
});

/** Clocks of server and client may differ by this much when posts are matched. */
const clockSkewMs = 10 * 60_000;
const listed = 50;

/** Whether a container can be published. `why` is what the network says of one that cannot. */
export function readyOrFailed(graph: Graph, state: ContainerState, why: string): boolean {
  if (state === 'EXPIRED')
    throw graph.failure({
      code: 'ERR_NOT_FOUND',
      message: 'expected an upload of the last 24 hours, got one that has expired. Send the picture again',
    });
  if (state === 'ERROR')
    throw graph.failure({
      code: 'ERR_INVALID_ARGUMENT',
      message: `expected a picture that the network can use, got ${why}. Check its public address and prepare the picture again`,
    });
  return state !== 'IN_PROGRESS';
}

/** What was published, with its address. A failure to read the address is none of the post. */
export async function withAddress(graph: Graph, uri: string): Promise<Published> {
  try {
    const { permalink } = await graph.ask(permalinkSchema, uri, { fields: 'permalink' });
    return { uri, url: permalink };
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    return { uri, url: undefined };
  }
}

/** The post of a container: the newest with this text, made since `armedAt`. */
export async function findPost(
  graph: Graph,
  { list, text, armedAt, state }: { list: 'media' | 'threads'; text: string; armedAt: number; state: ContainerState },
): Promise<Published | 'absent' | 'unsure'> {
  // A container makes one post, and says when it has made it.
  if (state !== 'PUBLISHED') return 'absent';
  const words = list === 'media' ? 'caption' : 'text';
  const { data } = await graph.ask(listSchema, `me/${list}`, { fields: `id,${words},timestamp,permalink`, limit: String(listed) });
  const match = data.find((post) => (post[words] ?? '').trim() === text.trim() && Date.parse(post.timestamp) >= armedAt - clockSkewMs);
  return match ? { uri: match.id, url: match.permalink } : 'unsure';
}

/** Figures by name. One that the network leaves out is absent. */
export async function insightsOf(graph: Graph, uri: string, names: readonly string[]): Promise<Record<string, number>> {
  const { data } = await graph.ask(insightsSchema, `${uri}/insights`, { metric: names.join(',') });
  const figures = data.map(({ name, values, total_value }) => [name, total_value?.value ?? values?.[0]?.value] as const);
  return Object.fromEntries(figures.filter((figure): figure is [string, number] => figure[1] !== undefined));
}

/** The address that the network is to fetch the picture from. */
function addressOf(graph: Graph, pictureUrl: string | undefined): string {
  if (pictureUrl !== undefined) return pictureUrl;
  throw graph.failure({
    code: 'ERR_INVALID_ARGUMENT',
    message: 'expected a public address of the picture, got none. Name a place for public pictures in the settings',
  });
}

const quotaSchema = z.object({
  data: z.array(z.object({ quota_usage: z.number(), config: z.object({ quota_total: z.number() }).optional() })),
});
const noRoomMs = 3_600_000;
const unanswered: ReadonlySet<string> = new Set(['ERR_FORBIDDEN', 'ERR_INVALID_ARGUMENT', 'ERR_NOT_FOUND']);

/**
 * Holds a post while the account has no room for one: the network counts the posts of the last 24 hours.
 *
 * @param edge content_publishing_limit, threads_publishing_limit
 * @throws NetworkFailure ERR_RATE_LIMIT
 */
async function waitForRoom(graph: Graph, edge: string): Promise<void> {
  let quota: z.output<typeof quotaSchema>['data'][number] | undefined;
  try {
    [quota] = (await graph.ask(quotaSchema, `me/${edge}`, { fields: 'quota_usage,config' })).data;
  } catch (error) {
    // A token that may not ask, or a version without this question: the network itself refuses what is too much.
    if (error instanceof NetworkFailure && unanswered.has(error.failure.code) && !error.failure.retryable) return;
    throw error;
  }
  const total = quota?.config?.quota_total;
  if (quota === undefined || total === undefined || quota.quota_usage < total) return;
  throw graph.failure({
    code: 'ERR_RATE_LIMIT',
    message: `expected room for a post, got ${quota.quota_usage} of ${total} in 24 hours. It is tried again`,
    retryable: true,
    waitMs: noRoomMs,
  });
}

/** What differs between the networks when a container is made. */
export interface ContainerForm {
  /** Where containers are made: media, threads. */
  edge: 'media' | 'threads';
  /** What tells how many posts there is room for: content_publishing_limit, threads_publishing_limit. */
  quota: string;
  /** Fields of every picture. */
  picture?: Readonly<Record<string, string>>;
  /** Fields of the post. */
  words: Readonly<Record<string, string | boolean>>;
  isReady: (id: string) => Promise<boolean>;
  /** Between two questions whether a picture of a carousel is ready, milliseconds. */
  pollMs: number;
}

/**
 * Makes the container of a post: of its picture, or a carousel of its pictures. Nothing of it shows on the account; what is not used ends after 24 hours.
 *
 * @returns its id
 * @throws NetworkFailure
 */
export async function makeContainer(graph: Graph, order: PostOrder, form: ContainerForm): Promise<string> {
  const children = picturesOf(order).map(({ altText, pictureUrl }) => {
    return { ...form.picture, image_url: addressOf(graph, pictureUrl), ...(altText !== '' && { alt_text: altText }) };
  });
  await waitForRoom(graph, form.quota);
  const fields = children.length === 1 ? children[0] : { media_type: 'CAROUSEL', children: await makeChildren(graph, children, form) };
  return (await graph.post(idSchema, `me/${form.edge}`, { ...fields, ...form.words })).id;
}

/** Most questions for one picture: two minutes. */
const mostPolls = 60;

/** The containers of a carousel's pictures, ready for the carousel to be made of them. */
async function makeChildren(
  graph: Graph,
  pictures: readonly Record<string, string>[],
  { edge, isReady, pollMs }: ContainerForm,
): Promise<string> {
  const children: string[] = [];
  for (const picture of pictures) children.push((await graph.post(idSchema, `me/${edge}`, { ...picture, is_carousel_item: true })).id);
  for (const child of children) {
    for (let asked = 0; !(await isReady(child)); asked++) {
      if (asked === mostPolls)
        throw graph.failure({
          code: 'ERR_BUSY',
          message: 'expected the pictures of a carousel to be ready, got some that are not. It is tried again',
          retryable: true,
        });
      await sleep(pollMs);
    }
  }
  return children.join(',');
}
