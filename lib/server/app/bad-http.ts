import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, systemCode } from '../../core/index.ts';
import { defaultHeaders } from './headers.ts';

const refusals: Readonly<Record<string, { status: number; code: ErrorCode; message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'ERR_TOO_LARGE', message: 'headers: expected at most 16 kB, got more' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'ERR_TIMEOUT', message: 'request: expected all of it in time, got a part' },
};
const malformed = { status: 400, code: 'ERR_INVALID_ARGUMENT', message: 'request: expected valid HTTP/1.1, got something else' };

/** Answers bytes that are no HTTP request: no route and no hook hears of them. */
export function refuseBadHttp(error: Error, socket: Socket, requestId: string): void {
  if (systemCode(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = refusals[systemCode(error) ?? ''] ?? malformed;
  const body = JSON.stringify({ error: { code, message, requestId } });
  const headers = {
    ...defaultHeaders,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
