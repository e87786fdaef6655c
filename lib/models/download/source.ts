import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ArtistError, display, isSecretName, refusedName, tameName } from '../../core/index.ts';

export const defaultEndpoint = 'https://huggingface.co';

/** A file to download, and its place below `<home>/models`. */
export interface ModelSource {
  /** "hf:owner/repo/path/file", or the address without possible secrets in its query: the file's name in lists and messages. */
  readonly id: string;
  readonly url: URL;
  /** Path below the models folder; its segments are checked. */
  readonly relativePath: string;
  /**
   * The address does not contain a file name. The file gets its own folder, named by a hash of the whole address, and `relativePath` is its
   * name there until the server gives another.
   */
  readonly namedByServer?: boolean;
  /** The Hugging Face repository, for advice about gated access. */
  readonly repo?: string;
  /** The Hugging Face token may be sent, because the address is the endpoint's own. */
  readonly sendsToken: boolean;
}

const invalid = (message: string): ArtistError => new ArtistError('ERR_INVALID_ARGUMENT', message);

/**
 * Checks a relative path of names and forward slashes, and returns it as written on disk (see tameName()).
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT for "..", absolute paths, hidden names, backslashes, control characters, devices of Windows
 */
export function safeRelativePath(what: string, path: string): string {
  const segments = path.split('/');
  for (const segment of segments) {
    const reason = refusedName(segment);
    if (reason !== undefined) throw invalid(`${what}: expected file and folder names joined by "/", got ${display(path)}: ${reason}`);
  }
  return join(...segments.map(tameName));
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host);

/** Whether an address is encrypted or on this machine (mirrors, tests). */
export function isAllowedUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** An address that is safe in messages and files: without user, password, query and fragment, which may contain secrets. */
export const publicUrl = (url: URL): string => `${url.origin}${url.pathname}`;

const modelEnding = /\.(?:safetensors|sft|gguf|ckpt|pth|pt|bin)$/i;

/** Whether a file of this name is a model whose content can be checked before renaming. */
export const hasModelEnding = (name: string): boolean => modelEnding.test(name);

/** The part of a query that identifies the file: without keys, signatures and time limits. */
function publicQuery(url: URL): string {
  const isHarmless = ([name, value]: [string, string]): boolean =>
    value.length <= 64 && !isSecretName(name) && !/token|key|secret|sig|auth|pass|pwd|cred|session|expire|policy|^x-|^s[a-z]$/i.test(name);
  const shown = [...url.searchParams].filter(isHarmless).map(([name, value]) => `${name}=${value}`);
  return shown.length > 0 ? `?${shown.join('&')}` : '';
}

/**
 * A file at any address. If the address has a query, or its last part is not a file name, the file gets its own folder, named by the whole
 * address: addresses that differ only after the "?" are different files.
 */
function addressSource(url: URL): ModelSource {
  const path = url.pathname.split('/').filter(Boolean).map(decodePart);
  const name = path.at(-1);
  if (name === undefined) throw invalid(`model: expected the address of a file, got ${publicUrl(url)}`);
  const host = url.host.replace(/[^\w.-]/g, '_');
  const namedByServer = url.search !== '' || !hasModelEnding(name);
  const whole = `${url.origin}${url.pathname}${url.search}`;
  const folder = namedByServer ? [`@${createHash('sha256').update(whole).digest('hex').slice(0, 16)}`] : [];
  const relative = safeRelativePath('model', [host, ...path.slice(0, -1), ...folder, name].join('/'));
  return { id: `${publicUrl(url)}${publicQuery(url)}`, url, relativePath: join('url', relative), sendsToken: false, namedByServer };
}

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

/** A file of a Hugging Face repository. */
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
  return addressSource(url);
}
