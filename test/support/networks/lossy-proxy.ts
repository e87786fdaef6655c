/** A way to a real server that loses calls and answers as it is told. */
import { type Asked, type FakeNetwork, openNetwork, type Reply } from './loopback.ts';

/** Of the connection, not of the call. */
const ofConnection = new Set(['host', 'connection', 'content-length', 'content-encoding', 'transfer-encoding', 'keep-alive']);
const kept = (headers: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !ofConnection.has(name)));

/**
 * @param target address of the server, without a slash at its end
 * @param change what becomes of the text of an answer
 */
export function openLossyProxy(target: string, change: (text: string) => string = (text) => text): Promise<FakeNetwork> {
  const forward = async ({ method, path, query, headers, body }: Asked): Promise<Reply> => {
    const search = query.size > 0 ? `?${query}` : '';
    const response = await fetch(`${target}${path}${search}`, {
      method,
      headers: kept(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      ...(body.length > 0 && { body: Uint8Array.from(body) }),
    });
    return { status: response.status, headers: kept(response.headers), text: change(await response.text()) };
  };
  return openNetwork(Object.fromEntries(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [`${method} *`, forward])));
}
