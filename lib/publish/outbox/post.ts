import * as z from 'zod';
import type { StateDefinition } from '../../core/index.ts';
import { networkNames } from '../networks/network-names.ts';
import { type Metrics, type PostContent, visibilities } from '../networks/publisher.ts';

/**
 * draft: waits for approval. approved: waits for its time. uploading: the picture may have been sent. processing: it was sent, the network works
 * on it. armed: publishing was begun, the post may be on the network. unknown: whether it is there cannot be found out, a person must look.
 */
export const postStates = ['draft', 'approved', 'uploading', 'processing', 'armed', 'published', 'failed', 'unknown', 'cancelled'] as const;
export type PostState = (typeof postStates)[number];

/** States in which the sender has something to do. */
export const openStates: readonly PostState[] = ['approved', 'uploading', 'processing', 'armed'];

/** Ages of a post at which its figures are read. */
export const metricAges = ['1h', '6h', '24h', '72h', '7d', '30d'] as const;
export type MetricAge = (typeof metricAges)[number];

const time = () => z.int().min(0);
const count = () => z.int().min(0).optional();
const metricsShape = {
  views: count(),
  likes: count(),
  shares: count(),
  replies: count(),
  quotes: count(),
  saves: count(),
} satisfies Record<keyof Metrics, z.ZodType>;

const contentShape = {
  text: z.string(),
  altText: z.string(),
  language: z.string(),
  sensitive: z.boolean(),
  visibility: z.enum(visibilities),
  madeWithAi: z.boolean(),
} satisfies Record<keyof PostContent, z.ZodType>;

const pictureShape = {
  file: z.string(),
  type: z.enum(['image/png', 'image/jpeg', 'image/webp']),
  width: z.int().min(1),
  height: z.int().min(1),
  bytes: z.int().min(1),
  sha256: z.string(),
};

/** All times are milliseconds since 1970. */
export const postSchema = z.strictObject({
  id: z.string(),
  /** ULID of the work. */
  work: z.string(),
  /** Name of the account in this home. */
  account: z.string(),
  network: z.enum(networkNames),
  createdAt: time(),
  state: z.enum(postStates),
  content: z.strictObject(contentShape),
  /** The file lies beside the record until the post is out. */
  picture: z.strictObject(pictureShape),
  /** Further pictures, each of a work of its own. Absent: none. */
  more: z.array(z.strictObject({ work: z.string(), altText: z.string(), picture: z.strictObject(pictureShape) })).optional(),
  /** Sources whose terms are not known: only a person may approve it. */
  unknownSources: z.array(z.string()),
  /** Not before this time; null: as soon as the rules permit. */
  dueAt: time().nullable(),
  approved: z.strictObject({ at: time(), by: z.enum(['hand', 'rule']) }).nullable(),
  /** The network's id of the uploaded picture. */
  media: z.string().nullable(),
  /** When the first try to publish began, and by which sender the last. */
  armed: z.strictObject({ at: time(), by: z.string() }).nullable(),
  /** Failures in a row. */
  failures: z.int().min(0),
  /** When the first of them was. */
  failingSince: time().nullable(),
  /** Time of the next try; null: at once. */
  nextAt: time().nullable(),
  /** The last failure. `retryable`: it may succeed later. */
  problem: z.strictObject({ code: z.string(), message: z.string(), retryable: z.boolean(), at: time() }).nullable(),
  published: z.strictObject({ at: time(), uri: z.string(), url: z.string().nullable() }).nullable(),
  /** Whether the work's record names it. */
  recorded: z.boolean(),
  /** US dollars. Counted from arming on, since the network may charge for a post whose answer was lost. */
  price: z.number().min(0),
  metrics: z.array(z.strictObject({ age: z.enum(metricAges), at: time(), figures: z.strictObject(metricsShape) })),
  /** Every change of state. */
  history: z.array(z.strictObject({ at: time(), state: z.enum(postStates), note: z.string().optional() })),
});
export type Post = z.output<typeof postSchema>;

/** The definition of one post's file. It is always written whole before it is read: there is no first state. */
export function postDefinition(first: () => Post): StateDefinition<Post> {
  return { kind: 'post', version: 1, schema: postSchema, initial: first };
}

/** Longest history; older changes of a post that fails for days are left out. */
const longestHistory = 100;

/** Sets the state and notes it. */
export function enter(post: Post, state: PostState, at: number, note?: string): void {
  post.state = state;
  post.history = [...post.history, { at, state, ...(note !== undefined && { note }) }].slice(-longestHistory);
}

/** The pictures of a post, in order. */
export const picturesOfPost = ({ picture, more = [] }: Pick<Post, 'picture' | 'more'>): Post['picture'][] => [
  picture,
  ...more.map((one) => one.picture),
];

/** The works of a post, in order. */
export const worksOfPost = ({ work, more = [] }: { work: string; more?: readonly { work: string }[] | undefined }): string[] => [
  work,
  ...more.map((one) => one.work),
];

/** Name of a picture where networks fetch it: the id of its post, which nobody can guess, its number if it is not the first, and its kind. */
export const publicNameOf = ({ id }: Pick<Post, 'id'>, { file }: Post['picture']): string => file.replace(/^picture/, id);

/** The post and its file that publicNameOf() named; undefined: it names none. */
export function postedPicture(name: string): { id: string; file: string } | undefined {
  const [, id, rest] = /^([0-9A-HJKMNP-TV-Z]{26})((?:-\d{1,3})?\.[a-z]{3,4})$/.exec(name) ?? [];
  return id === undefined ? undefined : { id, file: `picture${rest}` };
}
