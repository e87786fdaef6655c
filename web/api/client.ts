/** Requests to the server that this page came from. */

/** An answer of the server that is no success, or none at all (`ERR_OFFLINE`). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly requestId: string | undefined,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Answers of a proxy whose server is away, or of a server that is busy or stopping; 0: no answer. */
const passing: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);
/** Whether the same request may succeed later. */
export const mayPass = (error: unknown): error is ApiError => error instanceof ApiError && passing.has(error.status);

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Relative to <base>, which the server sets to its base path. */
export function addressOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined && entry[1] !== '',
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `api/v1/${path}${text === '' ? '' : `?${text}`}`;
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  query?: Query;
  /** Sent as JSON; a Blob or FormData as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = (body as { error?: { code?: string; message?: string; requestId?: string } } | undefined)?.error;
  return new ApiError(error?.code ?? `HTTP_${response.status}`, error?.message ?? response.statusText, response.status, error?.requestId);
}

/** @throws ApiError; the signal's reason */
export async function send(path: string, { method = 'GET', query, body, headers = {}, signal }: RequestOptions = {}): Promise<Response> {
  const isRaw = body === undefined || body instanceof Blob || body instanceof FormData;
  const response = await fetch(addressOf(path, query), {
    method,
    headers: { ...(!isRaw && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: isRaw ? (body as Blob | FormData) : JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new ApiError('ERR_OFFLINE', String(error), 0, undefined);
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}

const pausesMs = [500, 1500];
/** Keys of requests that no answer came to. The person may send the same again. */
const unanswered = new Map<string, string>();
// randomUUID() exists only on pages from https or this machine.
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Posts what must count once, such as a job. A network may lose the answer, so it is sent again under the same key, by which the server knows it.
 *
 * @throws ApiError
 */
export async function postOnce<T>(path: string, body: unknown): Promise<T> {
  const what = body instanceof FormData ? '' : `${path} ${JSON.stringify(body)}`;
  const key = unanswered.get(what) ?? newKey();
  if (what !== '') unanswered.set(what, key);
  for (const pauseMs of [...pausesMs, 0]) {
    try {
      const answer = await ask<T>(path, { method: 'POST', body, headers: { 'idempotency-key': key } });
      unanswered.delete(what);
      return answer;
    } catch (error) {
      const isLost = error instanceof ApiError && error.status === 0;
      if (!isLost) unanswered.delete(what);
      if (!isLost || pauseMs === 0) throw error;
      await new Promise((done) => setTimeout(done, pauseMs));
    }
  }
  throw new Error('the last try returns or throws');
}

/** The JSON of an answer. The caller names its type: that of the server's schema. @throws ApiError */
export async function ask<T>(path: string, options?: RequestOptions): Promise<T> {
  return (await (await send(path, options)).json()) as T;
}
