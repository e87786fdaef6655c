/** Client for OpenAI-compatible chat completions: a local server (llama.cpp, Ollama, vLLM) or a hosted service. */
import * as z from 'zod';
import { ArtistError, type Clock, display, isArtistError, systemClock } from '../../core/index.ts';

export interface LlmOptions {
  /** Base address, such as http://127.0.0.1:11434/v1. */
  url: string;
  model: string;
  apiKey?: string | undefined;
  /** Time limit for a whole question, including all tries and pauses, milliseconds. */
  timeoutMs: number;
  /** Further tries after the first. */
  retries: number;
  temperature: number;
  fetch?: typeof globalThis.fetch | undefined;
  clock?: Clock | undefined;
}

export interface LlmAnswer<T> {
  value: T;
  /** The model's answer, verbatim. */
  text: string;
  /** Model name as the server reports it. */
  model: string;
  /** Number of tries it took. */
  tries: number;
}

/** The part of a response that this client reads. */
const completion = z.looseObject({
  model: z.string().optional(),
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string() }) })).min(1),
});
const failure = z.looseObject({ error: z.union([z.string(), z.looseObject({ message: z.string() })]) });

/** Longest accepted response, characters. */
const longestAnswer = 100_000;
const firstPauseMs = 500;

/** A temporary failure, worth another try. */
class Passing extends Error {
  readonly afterMs: number | undefined;

  constructor(message: string, options: { afterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.afterMs = options.afterMs;
  }
}

/** The pause that a Retry-After header asks for, milliseconds. Its value is seconds or a date (RFC 9110, 10.2.3). */
function pauseOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The JSON object in a model's answer. Models often put it in a code fence or write a few words before it. */
function objectIn(text: string): unknown {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return undefined; // the caller asks again or reports the failure
  }
}

/** The text of a response, read up to the length limit. Throws Passing when it is longer. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > longestAnswer) throw new Passing(`the answer is longer than ${longestAnswer} characters`);
  }
  return text + decoder.decode();
}

export class LlmClient {
  readonly #options: LlmOptions;
  readonly #clock: Clock;
  readonly #address: URL;

  /** @throws ArtistError ERR_CONFIG when `url` is not a valid address */
  constructor(options: LlmOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    try {
      this.#address = new URL(`${options.url.replace(/\/+$/, '')}/chat/completions`);
    } catch (cause) {
      throw new ArtistError('ERR_CONFIG', `llm.url: expected an address such as http://127.0.0.1:11434/v1, got ${display(options.url)}`, {
        cause,
      });
    }
  }

  /** Host of the server, for records: without user, password and query. */
  get server(): string {
    return this.#address.host;
  }

  /**
   * Asks for one JSON object that matches `schema`.
   *
   * @throws ArtistError ERR_CONFIG when the server refuses the key, the model or the address; ERR_NETWORK when it cannot be reached, does not
   *   answer in time, gets too many requests, or its answers do not match; `signal.reason` when aborted
   */
  async ask<T>(system: string, user: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<LlmAnswer<T>> {
    const { timeoutMs, retries } = this.#options;
    const until = this.#clock.monotonic() + timeoutMs;
    for (let tries = 1; ; tries++) {
      try {
        return { ...(await this.#once(system, user, schema, { signal, withinMs: until - this.#clock.monotonic() })), tries };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Passing)) throw error;
        const pause = error.afterMs ?? firstPauseMs * 2 ** (tries - 1);
        const left = until - this.#clock.monotonic();
        if (tries > retries || pause >= left) {
          const why =
            tries > retries
              ? `${tries} ${tries === 1 ? 'try' : 'tries'}`
              : `a pause of ${Math.ceil(pause / 1000)} s is more than the time left`;
          throw new ArtistError('ERR_NETWORK', `llm: expected an answer of ${this.server}, got none (${why}): ${error.message}`, {
            cause: error,
          });
        }
        await this.#clock.sleep(pause, { signal });
      }
    }
  }

  async #once<T>(
    system: string,
    user: string,
    schema: z.ZodType<T>,
    { signal, withinMs }: { signal: AbortSignal; withinMs: number },
  ): Promise<Omit<LlmAnswer<T>, 'tries'>> {
    const { model, apiKey, temperature } = this.#options;
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ];
    const { status, headers, body } = await this.#post(
      { model, messages, temperature, response_format: { type: 'json_object' } },
      { signal, withinMs, ...(apiKey !== undefined && { apiKey }) },
    );
    if (status !== 200) throw this.#refusal(status, headers, body);
    const parsed = completion.safeParse(objectIn(body));
    if (!parsed.success) throw new Passing('the answer is no chat completion');
    const text = parsed.data.choices[0]?.message.content ?? '';
    const value = schema.safeParse(objectIn(text));
    if (!value.success) throw new Passing(`the model wrote something else than was asked for: ${display(text)}`);
    return { value: value.data, text, model: parsed.data.model ?? model };
  }

  async #post(
    body: unknown,
    { signal, withinMs, apiKey }: { signal: AbortSignal; withinMs: number; apiKey?: string },
  ): Promise<{ status: number; headers: Headers; body: string }> {
    const control = new AbortController();
    const abort = (): void => control.abort(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    const timer = this.#clock.timer(Math.max(0, withinMs), () => control.abort(new Passing('no answer in time')), { unref: true });
    try {
      const response = await (this.#options.fetch ?? globalThis.fetch)(this.#address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
        body: JSON.stringify(body),
        // A redirect must not send the key to another address.
        redirect: 'error',
        signal: control.signal,
      });
      return { status: response.status, headers: response.headers, body: await textOf(response) };
    } catch (cause) {
      if (control.signal.reason instanceof Passing) throw control.signal.reason;
      if (signal.aborted || isArtistError(cause) || cause instanceof Passing) throw cause;
      const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      throw new Passing(inner instanceof Error ? inner.message : String(inner), { cause });
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', abort);
    }
  }

  #refusal(status: number, headers: Headers, body: string): Error {
    const parsed = failure.safeParse(objectIn(body)).data?.error;
    const said = typeof parsed === 'string' ? parsed : parsed?.message;
    const what = `${status}${said === undefined ? '' : ` (${said.slice(0, 300)})`}`;
    if (status === 401 || status === 403)
      return new ArtistError('ERR_CONFIG', `llm.apiKey: expected a key that ${this.server} accepts, got ${what}`);
    if (status === 408 || status === 425 || status === 429 || status >= 500)
      return new Passing(what, { afterMs: pauseOf(headers.get('retry-after'), this.#clock.now()) });
    if (status === 404) return new ArtistError('ERR_CONFIG', `llm.url, llm.model: expected a model that ${this.server} has, got ${what}`);
    return new ArtistError('ERR_CONFIG', `llm: expected a request that ${this.server} takes, got ${what}`);
  }
}
