import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, systemCode } from '../../core/index.ts';
import { defaultHeaders } from './headers.ts';

interface Refusal {
  status: number;
  code: ErrorCode;
  message: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'ERR_TOO_LARGE', message: 'headers: expected at most 16 kB, got more' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'ERR_TIMEOUT', message: 'request: expected all of it in time, got a part' },
};
const malformed: Refusal = { status: 400, code: 'ERR_INVALID_ARGUMENT', message: 'request: expected valid HTTP/1.1, got something else' };

/** Answers bytes that are no HTTP request: no route and no hook hears of them. */
export function refuseBadHttp(error: Error, socket: Socket, requestId: string): void {
  if (systemCode(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(answerOf(refusals[systemCode(error) ?? ''] ?? malformed, requestId));
}

/** Answers a connection beyond those that an address may hold, and closes it without waiting for the client. */
export function refuseConnection(socket: Socket, most: number, requestId: string): void {
  // A client that is gone already needs no answer.
  socket.on('error', () => undefined);
  const message = `connections: expected at most ${most} of an address at the same time, got one more. Close some, then try again`;
  socket.write(answerOf({ status: 429, code: 'ERR_RATE_LIMIT', message }, requestId));
  socket.destroySoon();
}

function answerOf({ status, code, message }: Refusal, requestId: string): string {
  const body = JSON.stringify({ error: { code, message, requestId } });
  const headers = {
    ...defaultHeaders,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
