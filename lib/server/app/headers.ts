import type { FastifyReply } from 'fastify';

/** On every reply. A route that sends a page of its own replaces content-security-policy. */
export const defaultHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-robots-tag': 'noindex',
};

/** Sets them on the raw response too, for handlers that write the response themselves (reply.hijack()). */
export function setDefaultHeaders(reply: FastifyReply, requestId: string): void {
  for (const [name, value] of Object.entries(defaultHeaders)) reply.raw.setHeader(name, value);
  reply.raw.setHeader('x-request-id', requestId);
}
