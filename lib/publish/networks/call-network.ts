import type * as z from 'zod';
import { ArtistError, errorLine, isArtistError, packageVersion, rememberSecret, systemCode } from '../../core/index.ts';
import { proxiedFetch } from '../../models/index.ts';
import { type Failure, NetworkFailure } from './network-failure.ts';
import { refusal } from './refusal.ts';

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** Default 60 000. */
  timeoutMs?: number;
  /**
   * Reads the network's own words for a failure: what it returns replaces what the status alone says. It is asked for every answer, because some
   * networks answer 200 and report the failure in the body. A message is given without the host.
   */
  judge?: (answer: { status: number; json: unknown }) => Partial<Failure> | undefined;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  json: unknown;
}

const longestAnswer = 4_000_000;
/** Nothing reached the network: the name is unknown, nobody listens, there is no way to it. */
const neverSent = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** The same: the certificate is wrong, or the other side does not speak TLS. Both show before the request is sent. */
const certificateFault = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_WRONG_VERSION)/;

/**
 * Calls a network's API, through the proxy of HTTPS_PROXY if it is set. Redirects are not followed, so that no token reaches another host. Every status but 2xx is a failure.
 * The token of an `authorization` header is hidden in all messages from then on.
 *
 * @throws NetworkFailure
 */
export async function callNetwork(url: URL, { method = 'GET', headers = {}, body, timeoutMs = 60_000, judge }: Call): Promise<Answer> {
  const changes = method !== 'GET';
  // A call that changes nothing leaves no doubt.
  const failed = (failure: Failure): NetworkFailure =>
    new NetworkFailure({ ...failure, message: `${url.host}: ${failure.message}`, unsure: changes && failure.unsure });
  const { bytes, type } = await encoded(body);
  const sent = headersOf({ ...(type !== undefined && { 'content-type': type }), ...headers });
  if (sent === undefined) throw failed(badHeader);
  let response: Response;
  let text: string | undefined;
  try {
    response = await proxiedFetch(url, {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(sent),
      ...(bytes !== undefined && { body: bytes }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    // A refusal is one even if the words that explain it do not arrive.
    text = response.status < 300 ? await limitedText(response) : await limitedText(response).catch(() => undefined);
  } catch (error) {
    // The address of the proxy is wrong.
    if (isArtistError(error)) throw failed({ code: error.code, message: error.message, retryable: false, unsure: false });
    throw failed(withoutAnswer(error, changes));
  }
  const json = parsed(text ?? '');
  const { status } = response;
  const judged = judge?.({ status, json: json === notJson ? undefined : json });
  if (status >= 300) throw failed({ ...refusal(url, response, json, changes), ...judged });
  if (judged)
    throw failed({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'expected success, got a failure',
      retryable: false,
      unsure: changes,
      ...judged,
    });
  if (json === notJson) throw failed(notTheApi(text ?? '', changes));
  return { status, headers: response.headers, json };
}

/**
 * What `schema` makes of an answer's JSON. `api` is the name of the API it should be of; `changes`: whether the call was to change something.
 *
 * @throws NetworkFailure
 */
export function checkedAnswer<T>(schema: z.ZodType<T>, { json }: Answer, url: URL, api: string, changes: boolean): T {
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const issue = error.issues[0];
  throw new NetworkFailure({
    code: 'ERR_NETWORK',
    message: `${url.host}: expected an answer of the ${api} API, got another (${issue?.path.join('.') || 'the whole'}: ${issue?.message}). Is this a server of ${api}?`,
    retryable: true,
    unsure: changes,
  });
}

const badHeader: Failure = {
  code: 'ERR_UNAUTHENTICATED',
  message: 'expected a token of plain characters, got one with others, such as a line break. Connect the account again',
  retryable: false,
  unsure: false,
};

/** A form as bytes, because the library of proxies does not know the forms of Node. */
async function encoded(body: Call['body']): Promise<{ bytes: string | Uint8Array<ArrayBuffer> | undefined; type?: string }> {
  if (!(body instanceof FormData)) return { bytes: body };
  const form = new Response(body);
  return { bytes: new Uint8Array(await form.arrayBuffer()), type: form.headers.get('content-type') ?? '' };
}

/** undefined: a value holds characters that a header cannot. Node's own error would quote the token. */
function headersOf(given: Readonly<Record<string, string>>): Headers | undefined {
  const token = /^\w+ (.+)$/s.exec(given.authorization ?? '')?.[1];
  if (token !== undefined) rememberSecret(token);
  try {
    return new Headers({ accept: 'application/json', 'user-agent': `ai-artist/${packageVersion()}`, ...given });
  } catch {
    return undefined;
  }
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > longestAnswer) throw new Error(`more than ${longestAnswer} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const notJson = Symbol('not JSON');

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

const notTheApi = (text: string, changes: boolean): Failure => ({
  code: 'ERR_NETWORK',
  message: `expected JSON, got ${text.trimStart().startsWith('<') ? 'a web page' : 'another text'}. Is this the address of the server itself?`,
  retryable: true,
  unsure: changes,
});

function withoutAnswer(error: unknown, changes: boolean): Failure {
  const cause = rootCause(error);
  const got = error instanceof Error && error.name === 'TimeoutError' ? 'none in time' : (systemCode(cause) ?? errorLine(cause));
  const refused = proxyRefused.exec(errorLine(cause))?.[1];
  const todo =
    refused === undefined
      ? 'Check the network and the address'
      : `The proxy refused with ${refused}: check HTTPS_PROXY, with user and password, or name the host in NO_PROXY`;
  return {
    code: 'ERR_NETWORK',
    message: `expected an answer, got ${refused === undefined ? got : 'none'}. ${todo}`,
    retryable: true,
    unsure: changes && refused === undefined && !surelyNotSent(cause),
  };
}

const proxyRefused = /^Proxy response \((\d{3})\)/;

/** fetch() wraps the cause once; with a proxy, twice. */
function rootCause(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 10 && root instanceof Error && root.cause instanceof Error; depth++) root = root.cause;
  return root;
}

/** Whether the connection was never made. Several addresses of one name that all fail make one error of many. */
function surelyNotSent(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(surelyNotSent);
  const code = systemCode(cause) ?? '';
  return neverSent.has(code) || certificateFault.test(code) || (cause as { syscall?: unknown } | null)?.syscall === 'connect';
}

/**
 * The address of a server that an owner names, without path.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: not an address, with a password in it, or not encrypted (except on this machine)
 */
export function serverAddress(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const local = url !== undefined && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  const whole = url !== undefined && url.username === '' && url.password === '' && /^\/?$/.test(url.pathname) && url.search === '';
  if (whole && (url.protocol === 'https:' || (url.protocol === 'http:' && local))) return url;
  const got =
    url === undefined ? 'no address' : url.password !== '' || url.username !== '' ? 'one with a user in it' : url.origin + url.pathname;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `server: expected the address of the server, such as https://example.social, got ${got}`);
}
