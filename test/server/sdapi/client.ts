/** A client of the A1111 API, as programs of other people speak it: Basic, with a token as password. */
import { createHash } from 'node:crypto';
import * as assert from 'uvu/assert';
import { decodeImage } from '../../../lib/image/index.ts';
import type { Serving } from '../serving.ts';

export interface PaintAnswer {
  images: string[];
  parameters: Record<string, unknown>;
  info: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** As JSON. */
  body: unknown;
}

export class SdapiClient {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({ url, token }: Pick<Serving, 'url'> & { token: string | undefined }) {
    this.#url = url;
    this.#headers = token === undefined ? {} : { authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` };
  }

  async #send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...this.#headers, ...type },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  get(path: string): Promise<Answer> {
    return this.#send('GET', path, undefined);
  }

  post(path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
    return this.#send('POST', path, body, signal);
  }

  /** The body of an answer that must be 200. */
  async read<T>(path: string): Promise<T> {
    const { status, body } = await this.get(path);
    assert.is(status, 200, `${path}: ${JSON.stringify(body)}`);
    return body as T;
  }

  async call<T = PaintAnswer>(path: string, sent?: unknown): Promise<T> {
    const { status, body } = await this.post(path, sent);
    assert.is(status, 200, `${path}: ${JSON.stringify(body).slice(0, 500)}`);
    return body as T;
  }
}

export const infoOf = ({ info }: PaintAnswer): Record<string, unknown> & { infotexts: string[]; comments: string[] } => {
  assert.type(info, 'string');
  return JSON.parse(info);
};

/** The bytes of bare base64. */
export function bytesOf(text: string | undefined | null): Buffer {
  assert.match(text ?? '', /^[A-Za-z0-9+/]+=*$/);
  return Buffer.from(text ?? '', 'base64');
}

export const pixels = async (file: Uint8Array): Promise<{ data: Buffer; width: number; height: number }> => {
  const { data, width, height } = await decodeImage(file);
  return { data: Buffer.from(data), width, height };
};

/** Size and hash of pixels: a difference is one line. */
export const imprint = ({ data, width, height }: { data: Uint8Array; width: number; height: number }): string =>
  `${width}x${height} ${createHash('sha256').update(data).digest('hex')}`;

type Pixels = Parameters<typeof imprint>[0];
export const same = (found: Pixels, expected: Pixels): void => assert.is(imprint(found), imprint(expected));
