/** The client of X against X's own OpenAPI document, served by prism, which refuses what the document does not allow. */
import { deepEqual, equal } from 'node:assert/strict';
import path from 'node:path';
import { X, type XSecrets } from '../../lib/publish/networks/x.ts';
import { freePort } from '../../test/support/free-port.ts';
import { failureOf } from '../../test/support/networks/failures.ts';
import { openLossyProxy } from '../../test/support/networks/lossy-proxy.ts';
import { orderOf, pictureOf, secretsOf } from '../../test/support/networks/orders.ts';
import { xLogin } from '../../test/support/networks/x.ts';
import { installNode, startServer } from './programs.ts';

/** @param document file or address of the document */
export async function checkX(document: string): Promise<string> {
  const at = installNode('prism', ['@stoplight/prism-cli@5.14.2']);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const prism = path.join(at, 'node_modules/@stoplight/prism-cli/dist/index.js');
  await startServer(process.execPath, [prism, 'mock', '-p', String(port), '-h', '127.0.0.1', document], url);
  // The samples that prism answers with have words for numbers.
  const proxy = await openLossyProxy(url, (text) => text.replaceAll('"id":"string"', '"id":"1990000000000000001"'));
  const client = new X(proxy.url, secretsOf<XSecrets>(xLogin), { settleMs: 0 });
  const order = orderOf({}, { more: [1, 2, 3].map((n) => ({ work: `${n}`, altText: 'An owl', picture: pictureOf(n) })) });
  await client.profile();
  await client.upload(order);
  const media = ['1', '2', '3', '4'];
  const { uri } = await client.publish(order, JSON.stringify(media));
  await client.find(order, media[0] ?? '');
  await client.metrics('1990000000000000001');
  await client.delete('1990000000000000001');
  equal((await failureOf(client.publish(order, JSON.stringify([...media, '5'])))).unsure, false, 'a fifth picture is refused');
  const post = (body: object, headers: Record<string, string>): Promise<number> =>
    fetch(`${url}/2/tweets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }).then(({ status }) => status);
  const signedIn = { authorization: `Bearer ${xLogin.accessToken}` };
  deepEqual(
    [await post({ text: 'a' }, signedIn), await post({ text: 'a', madeWithAi: true }, signedIn), await post({ text: 'a' }, {})],
    [201, 422, 401],
  );
  return `all seven calls are allowed (post ${uri}); an unknown field, a fifth picture and a missing token are refused`;
}
