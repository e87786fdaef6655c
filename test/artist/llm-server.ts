/** A loopback server for OpenAI-style chat completions that sends scripted answers in turn. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** Body as sent. Default: a completion with this content. */
  body?: string;
  content?: string;
  /** Never answers. */
  silent?: boolean;
}

export interface Asked {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: { model: string; messages: { role: string; content: string }[]; [key: string]: unknown };
}

export interface LlmServer {
  url: string;
  asked: Asked[];
  /** Answers for the next requests; the last one repeats. */
  next: (...replies: Reply[]) => void;
  close: () => Promise<void>;
}

const completion = (content: string): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'tiny-writer-0925',
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 },
  });

/** An error body in the documented form. */
export const refused = (status: number, message: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
});

export async function openLlm(): Promise<LlmServer> {
  const asked: Asked[] = [];
  let replies: Reply[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      asked.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
      const {
        status = 200,
        headers = {},
        content = '',
        body = completion(content),
        silent,
      } = (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
      if (silent) return;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    next: (...given) => {
      replies = given;
      asked.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
