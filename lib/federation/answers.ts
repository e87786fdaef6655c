import { readFile } from 'node:fs/promises';
import { systemCode } from '../core/index.ts';
import { contexts, hashtagsOf, type Json, noteJson, tombstoneJson } from './objects.ts';
import { listPage, notePage, pagePolicy } from './pages.ts';
import type { Addresses } from './records/addresses.ts';
import type { Notes, StoredNote } from './records/notes.ts';

export interface AnswerParts {
  addresses: Addresses;
  name: string;
  summary: string;
  notes: Notes;
}

/** Posts on a page for people. */
const mostOnPage = 20;

const json = (body: Json, status = 200): Response =>
  new Response(JSON.stringify({ '@context': contexts, ...body }), {
    status,
    headers: { 'content-type': 'application/activity+json', vary: 'Accept' },
  });
const html = (body: string): Response =>
  new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy, vary: 'Accept' } });
const absent = (): Response => new Response('Not found', { status: 404, headers: { 'content-type': 'text/plain' } });

/** Whether a person looks, and not a server. */
const wantsPage = (request: Request): boolean => {
  const accept = request.headers.get('accept') ?? '';
  return accept.includes('text/html') && !/application\/(?:activity|ld)\+json/.test(accept);
};

/** Posts, their pictures and pages: all that needs no signature. Undefined: Fedify answers. */
export async function answerOurselves(request: Request, parts: AnswerParts): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  const [, room, rest = ''] = /^\/ap\/(notes|pictures|tags|actors)\/([^/]+)$/.exec(pathname) ?? [];
  if (room === 'notes') return noteAnswer(request, rest, parts);
  if (room === 'pictures') return pictureAnswer(rest, parts);
  if (room === 'tags') return html(await tagPage(decoded(rest), parts));
  if (room === 'actors' && rest === parts.addresses.handle && wantsPage(request))
    return html(listPage(parts.name, `${parts.addresses.shownHandle} ${parts.summary}`, await newest(parts, () => true), parts.addresses));
  return undefined;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no percent-encoding: as it stands
  }
};

async function noteAnswer(request: Request, id: string, { notes, addresses, name }: AnswerParts): Promise<Response> {
  const note = await notes.find(id);
  // Followers have been sent private posts; nobody can fetch them.
  if (!note || note.visibility === 'private') return absent();
  if (note.deletedAt !== null) return json(tombstoneJson(note, addresses), 410);
  return wantsPage(request) ? html(notePage(note, name, addresses)) : json(noteJson(note, addresses));
}

/** The bytes as they were made, with their manifest and marks. */
async function pictureAnswer(file: string, { notes }: AnswerParts): Promise<Response> {
  const note = await notes.find(file.replace(/\.\w+$/, ''));
  if (note?.picture !== file || note.deletedAt !== null) return absent();
  try {
    const bytes = await readFile(notes.picturePath(file));
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': note.type,
        'cache-control': 'public, max-age=31536000, immutable',
        'cross-origin-resource-policy': 'cross-origin',
      },
    });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return absent();
    throw error;
  }
}

async function newest({ notes }: AnswerParts, fits: (note: StoredNote) => boolean): Promise<StoredNote[]> {
  const ids = (await notes.shownIds()).slice(0, mostOnPage * 10);
  const found: StoredNote[] = [];
  for (const id of ids) {
    const note = await notes.find(id);
    if (note && note.deletedAt === null && fits(note)) found.push(note);
    if (found.length === mostOnPage) break;
  }
  return found;
}

async function tagPage(tag: string, parts: AnswerParts): Promise<string> {
  const has = ({ text }: StoredNote): boolean => hashtagsOf(text).some((of) => of.toLowerCase() === tag);
  return listPage(`#${tag}`, parts.addresses.shownHandle, await newest(parts, has), parts.addresses);
}
