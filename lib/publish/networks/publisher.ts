import * as z from 'zod';
import type { NetworkName } from './network-names.ts';

/** A picture made for one network: sRGB, whole, within the network's size, with the AI label in its metadata. */
export interface Derivative {
  bytes: Uint8Array<ArrayBuffer>;
  type: 'image/png' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
  /** Of `bytes`, lower-case hex. */
  sha256: string;
}

/** What a network accepts in one post. */
export interface Limits {
  /** Longest text, measured by `count`. */
  characters: number;
  /** Length of a text as the network counts it. */
  count: (text: string) => number;
  /** Longest alternative text, in characters as readers see them. 0: the network has none. */
  altText: number;
  /** Most hashtags. Default: any number. */
  hashtags?: number;
  /** Whether a link in the text is shown and costs no more. Default true. */
  links?: boolean;
  /** Most bytes of the picture's file. */
  bytes: number;
  /** Most pixels of the picture, width times height. */
  pixels: number;
  /** Most pixels along one edge. */
  edge: number;
  /** Formats the network takes; the first is preferred. */
  formats: readonly ('png' | 'jpeg' | 'webp')[];
  /** Most pictures of one post. Default 1. */
  pictures?: number;
  /** Whether the network cuts the pictures of a post to the shape of its first: the others are padded to it. Default false. */
  sameShape?: true;
  /** Width divided by height. A picture outside is padded, never cropped or stretched. Default: any. */
  aspect?: { min: number; max: number };
}

export const visibilities = ['public', 'unlisted', 'private'] as const;

/** The words of a post. */
export interface PostContent {
  /** All of it: words, credits, AI label, hashtags. */
  text: string;
  altText: string;
  /** ISO 639-1. */
  language: string;
  /** Hidden behind a warning, where the network can. */
  sensitive: boolean;
  /** Networks without this choice post in public. */
  visibility: (typeof visibilities)[number];
  /** Set for every work that a model painted: networks with a flag of their own get it. */
  madeWithAi: boolean;
}

/** A further picture of a post. */
export interface OrderPicture {
  /** ULID of its work. */
  work: string;
  altText: string;
  picture: Derivative;
  /** As that of the post. */
  pictureUrl?: string;
}

/** What a network needs to publish one post. */
export interface PostOrder {
  /** ULID of the post: the same in every repetition, so that a network can recognise one. */
  id: string;
  /** ULID of the work. */
  work: string;
  content: PostContent;
  picture: Derivative;
  /** Where anybody can fetch the picture; for networks with `needsPublicPicture`. */
  pictureUrl?: string;
  /** The pictures after the first, up to `limits().pictures`. */
  more?: readonly OrderPicture[];
  /** When the first try to publish it began, milliseconds since 1970; the time of upload before. */
  armedAt: number;
}

/** A post that is on the network. */
export interface Published {
  /** The network's own id, for metrics() and delete(). */
  uri: string;
  /** For people; undefined where a post has no address. */
  url: string | undefined;
}

/** The account as the network sees it. */
export interface Profile {
  /** @painter@example.social */
  handle: string;
  url: string | undefined;
  /** Whether the account says that it is automated; undefined where the network has no such mark. */
  bot: boolean | undefined;
  /** The server's own rules, to be shown before the first post. */
  rules: readonly string[];
}

/** What a network says of the reaction to a post. A figure that it does not have is absent, which is not zero. */
export interface Metrics {
  views?: number;
  likes?: number;
  shares?: number;
  replies?: number;
  quotes?: number;
  saves?: number;
}

/** One account on one network. Every call fails with a NetworkFailure. */
export interface Publisher {
  readonly network: NetworkName;
  /** publish() of the same order never makes a second post within this time after `armedAt`, milliseconds. 0: it may at once. */
  readonly repeatableMs: number;
  /** Whether the network fetches the picture from `pictureUrl` by itself. Default: it is sent. */
  readonly needsPublicPicture?: true;
  profile(): Promise<Profile>;
  /** Marks the account as automated. */
  markAsBot?(): Promise<void>;
  limits(): Promise<Limits>;
  /**
   * Sends the picture. A repetition leaves an unused upload, and no post. Returns the network's id of it, as text; '' where the picture goes with the
   * post.
   */
  upload(order: PostOrder): Promise<string>;
  /** Whether the network has processed the upload, so that it can be published. ERR_NOT_FOUND: the upload is no more, send the picture again. */
  isReady(media: string): Promise<boolean>;
  /** ERR_NOT_FOUND: the upload is no more and nothing was posted; send the picture again. */
  publish(order: PostOrder, media: string): Promise<Published>;
  /**
   * Looks for the post among the account's own. `absent`: it is certainly not there. `unsure`: the network has no list, or it was not possible
   * to look back as far as `armedAt`.
   */
  find(order: PostOrder, media: string): Promise<Published | 'absent' | 'unsure'>;
  /** US dollars that publishing this text costs, with further pictures of these alternative texts. Absent: nothing. */
  price?(content: PostContent, moreAltTexts?: readonly string[]): number;
  metrics(uri: string): Promise<Metrics>;
  /** Succeeds if it is already gone. */
  delete(uri: string): Promise<void>;
}

/** All pictures of a post, in order. */
export function picturesOf({ work, content, picture, pictureUrl, more = [] }: PostOrder): readonly OrderPicture[] {
  return [{ work, altText: content.altText, picture, ...(pictureUrl !== undefined && { pictureUrl }) }, ...more];
}

/** The ids of uploads as the one text that upload() returns: a single id is itself. */
export const joinedUploads = (uploads: readonly string[]): string => (uploads.length === 1 ? (uploads[0] ?? '') : JSON.stringify(uploads));

/** The ids in such a text. */
export const uploadsIn = (media: string): string[] => (media.startsWith('[') ? z.array(z.string()).parse(JSON.parse(media)) : [media]);
