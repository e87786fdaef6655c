import { escapeHtml } from '../gallery/index.ts';
import type { Addresses } from './records/addresses.ts';
import type { StoredNote } from './records/notes.ts';

/** `#tag` where it is a word of its own. */
const hashtag = /(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)/gu;

export const hashtagsOf = (text: string): string[] => [...new Set([...text.matchAll(hashtag)].map(([, tag = '']) => tag))];

const link = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?')\]}]/gi;

/** A text as HTML: paragraphs, links, hashtags as Mastodon writes them. */
export function htmlOf(text: string, addresses: Addresses): string {
  const linked = escapeHtml(text)
    .replace(link, (address) => `<a href="${address}" rel="nofollow noopener" target="_blank">${address}</a>`)
    .replace(
      hashtag,
      (_, tag: string) => `<a href="${escapeHtml(addresses.tag(tag))}" class="mention hashtag" rel="tag">#<span>${tag}</span></a>`,
    );
  return linked
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
    .join('');
}

/** JSON-LD that other servers understand. */
export type Json = Record<string, unknown>;
export type ActivityJson = Json & { id: string; type: string };

const everybody = 'https://www.w3.org/ns/activitystreams#Public';
export const contexts = [
  'https://www.w3.org/ns/activitystreams',
  {
    toot: 'http://joinmastodon.org/ns#',
    Hashtag: 'as:Hashtag',
    sensitive: 'as:sensitive',
    focalPoint: { '@container': '@list', '@id': 'toot:focalPoint' },
  },
] as const;

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** Whom a post is for. */
function audience({ visibility }: StoredNote, { followers }: Addresses): { to: string[]; cc: string[] } {
  if (visibility === 'private') return { to: [followers], cc: [] };
  return visibility === 'public' ? { to: [everybody], cc: [followers] } : { to: [followers], cc: [everybody] };
}

/** A post as the object that other servers keep. */
export function noteJson(note: StoredNote, addresses: Addresses): Json {
  const html = htmlOf(note.text, addresses);
  const { id, type: mediaType, width, height, altText } = note;
  return {
    id: addresses.note(id),
    type: 'Note',
    url: addresses.note(id),
    attributedTo: addresses.actor,
    content: html,
    contentMap: { [note.language]: html },
    published: isoTime(note.publishedAt),
    sensitive: note.sensitive,
    ...audience(note, addresses),
    attachment: [{ type: 'Image', mediaType, url: addresses.picture(note.picture), name: altText, width, height }],
    tag: hashtagsOf(note.text).map((tag) => ({ type: 'Hashtag', name: `#${tag}`, href: addresses.tag(tag) })),
  };
}

export const tombstoneJson = ({ id, deletedAt }: StoredNote, addresses: Addresses): Json => ({
  id: addresses.note(id),
  type: 'Tombstone',
  deleted: isoTime(deletedAt ?? 0),
});

/** The activity that tells of a post. It has the same id each time, so that a server that gets it twice knows it. */
export function createJson(note: StoredNote, addresses: Addresses): ActivityJson {
  const base = { '@context': contexts, id: `${addresses.note(note.id)}#create`, type: 'Create', actor: addresses.actor };
  return { ...base, published: isoTime(note.publishedAt), ...audience(note, addresses), object: noteJson(note, addresses) };
}

export function deleteJson(note: StoredNote, addresses: Addresses): ActivityJson {
  const base = { '@context': contexts, id: `${addresses.note(note.id)}#delete`, type: 'Delete', actor: addresses.actor };
  return { ...base, ...audience(note, addresses), object: tombstoneJson(note, addresses) };
}

/** @param name what distinguishes it from other answers */
export function acceptJson(follow: { id: string; actor: string }, name: string, { actor }: Addresses): ActivityJson {
  const object = { ...follow, type: 'Follow', object: actor };
  return { '@context': contexts[0], id: `${actor}#${name}`, type: 'Accept', actor, to: [follow.actor], object };
}
