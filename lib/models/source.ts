import { join } from 'node:path';
import { ArtistError, display } from '../core/index.ts';

export const defaultEndpoint = 'https://huggingface.co';

/** A file to fetch and where it lives below `<home>/models`. */
export interface ModelSource {
  /** "hf:owner/repo/path/file" or the URL without its query: how the file is named in lists and messages. */
  readonly id: string;
  readonly url: URL;
  /** Path below the models folder, of checked segments. */
  readonly relativePath: string;
  /** The Hugging Face repository, for advice about gates. */
  readonly repo?: string;
  /** May carry the Hugging Face token: the address is the endpoint's own. */
  readonly sendsToken: boolean;
}

const invalid = (message: string): ArtistError => new ArtistError('ERR_INVALID_ARGUMENT', message);

/** Letters, digits and - _ . + ( ) , no leading dot: no traversal, no hidden or device name with a colon. */
const safeSegment = /^(?!\.)[\w.+()@ ,=-]{1,200}$/;
const reservedOnWindows = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * Checks a relative path made of names and forward slashes.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT for "..", absolute paths, hidden names, backslashes, control characters
 */
export function safeRelativePath(what: string, path: string): string {
  const segments = path.split('/');
  for (const segment of segments) {
    if (!safeSegment.test(segment) || /[. ]$/.test(segment) || reservedOnWindows.test(segment))
      throw invalid(`${what}: expected file and folder names joined by "/", got ${display(path)}`);
  }
  return join(...segments);
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host);

/** Encrypted, or to this very machine (mirrors, tests). */
export function isAllowedUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** An address as it may appear in messages and files: without user, password, query and fragment, which can hold secrets. */
export const publicUrl = (url: URL): string => `${url.origin}${url.pathname}`;

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function parseEndpoint(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `endpoint: expected an https address, got ${display(text)}`, { cause: error });
  }
  if (!isAllowedUrl(url)) throw invalid(`endpoint: expected an https address, got ${publicUrl(url)}`);
  return url;
}

/** File of a Hugging Face repository. */
export function hubSource(repo: string, revision: string, file: string, endpoint: URL): ModelSource {
  const path = safeRelativePath('hf', `${repo}/${file}`);
  if (repo.split('/').length !== 2) throw invalid(`hf: expected owner/repository, got ${display(repo)}`);
  if (!/^[\w.+/-]{1,100}$/.test(revision) || revision.includes('..'))
    throw invalid(`hf: expected a branch, tag or commit after "@", got ${display(revision)}`);
  const base = endpoint.pathname.replace(/\/$/, '');
  const url = new URL(endpoint);
  url.pathname = `${base}/${repo}/resolve/${encodeURIComponent(revision)}/${file.split('/').map(encodeURIComponent).join('/')}`;
  const folder = revision === 'main' ? 'hf' : join('hf', `@${revision.replaceAll('/', '_')}`);
  return {
    id: `hf:${repo}${revision === 'main' ? '' : `@${revision}`}/${file}`,
    url,
    relativePath: join(folder, path),
    repo,
    sendsToken: true,
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `model: expected an https address, got one with a broken escape: ${display(part)}`, {
      cause: error,
    });
  }
}

/**
 * `hf:owner/repository[@revision]/path/file` or an https address. Addresses of Hugging Face pages ("/blob/") become the file itself.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function parseSource(spec: string, endpoint: URL): ModelSource {
  if (spec.startsWith('hf:')) {
    const match = /^hf:([^/@]+\/[^/@]+)(?:@([^/]+))?\/(.+)$/.exec(spec);
    if (!match) throw invalid(`model: expected hf:owner/repository/file, got ${display(spec)}`);
    const [, repo = '', revision = 'main', file = ''] = match;
    return hubSource(repo, revision, file, endpoint);
  }
  let url: URL;
  try {
    url = new URL(spec);
  } catch (error) {
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `model: expected an alias, hf:owner/repository/file or an https address, got ${display(spec)}`,
      { cause: error },
    );
  }
  if (!isAllowedUrl(url))
    throw invalid(`model: expected an https address, got ${publicUrl(url)}: a download over http can be replaced on its way`);
  const page =
    url.origin === defaultEndpoint || url.origin === endpoint.origin
      ? /^\/([^/]+\/[^/]+)\/(?:blob|resolve)\/([^/]+)\/(.+)$/.exec(url.pathname)
      : undefined;
  if (page) {
    const [, repo = '', revision = '', file = ''] = page.map(decodePart);
    return hubSource(repo, revision, file, endpoint);
  }
  if (url.username || url.password) throw invalid('model: expected an address without user name and password; set HF_TOKEN instead');
  const path = url.pathname.split('/').filter(Boolean).map(decodePart);
  if (path.length === 0) throw invalid(`model: expected the address of a file, got ${publicUrl(url)}`);
  const host = url.host.replace(/[^\w.-]/g, '_');
  return { id: publicUrl(url), url, relativePath: join('url', safeRelativePath('model', `${host}/${path.join('/')}`)), sendsToken: false };
}
