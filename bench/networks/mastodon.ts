/** The client of Mastodon against mastodon-mock, a server with faults of its own, and many posts through a way that loses answers. */
import { equal, ok } from 'node:assert/strict';
import path from 'node:path';
import { Mastodon } from '../../lib/publish/networks/mastodon.ts';
import type { NetworkFailure } from '../../lib/publish/networks/network-failure.ts';
import type { PostOrder, Published } from '../../lib/publish/networks/publisher.ts';
import { freePort } from '../../test/support/free-port.ts';
import { failureOf } from '../../test/support/networks/failures.ts';
import { openLossyProxy } from '../../test/support/networks/lossy-proxy.ts';
import { orderOf, secretsOf } from '../../test/support/networks/orders.ts';
import { installPython, startServer } from './programs.ts';
import { manyFaults, sendMany } from './sending.ts';

const secrets = { token: 'mock_token' };
const posting = 'POST /api/v1/statuses';

/** Effects of mastodon-mock on the call that makes a post, and what is known after each. */
const effects: readonly [what: string, effect: object, unsure: boolean][] = [
  ['429 with Retry-After', { type: 'ratelimit', headers: { 'Retry-After': '2' } }, false],
  ['500', { type: 'status', status: 500 }, true],
  ['502 as a web page', { type: 'status', status: 502, body: '<html>' }, true],
  ['JSON that breaks off', { type: 'malformed' }, true],
  ['no JSON', { type: 'malformed', truncate: false }, true],
];

export async function checkMastodon(count: number): Promise<string[]> {
  const programs = installPython('mastodon', 'mastodon-mock==0.6.1');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['serve', '--in-memory', '--host', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  await startServer(path.join(programs, 'mastodon_mock'), args, `${url}/api/v2/instance`);
  const asked = async <T>(way: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${secrets.token}`, 'content-type': 'application/json' };
    const response = await fetch(url + way, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
    return (await response.json()) as T;
  };
  const { id } = await asked<{ id: string }>('/api/v1/accounts/verify_credentials');
  const texts = async (): Promise<string[]> => {
    const found: string[] = [];
    for (let last = ''; ; ) {
      const page = await asked<{ id: string; content: string }[]>(`/api/v1/accounts/${id}/statuses?limit=40${last && `&max_id=${last}`}`);
      if (page.length === 0) return found;
      found.push(...page.map(({ content }) => content.replace(/<[^>]+>/g, '')));
      last = page.at(-1)?.id ?? '';
    }
  };
  const client = new Mastodon(url, secretsOf(secrets));
  const there = async ({ content }: PostOrder): Promise<number> => (await texts()).filter((text) => text === content.text).length;
  const lines: string[] = [];
  const fail = (effect: object): Promise<unknown> =>
    asked('/api/v1/_mock/faults', { match: { methods: ['POST'], path: '/api/v1/statuses' }, effect, count: 1 });
  for (const [what, effect, unsure] of effects) {
    const order = orderOf({ text: `after ${what} #AIart` });
    const media = await client.upload(order);
    await fail(effect);
    const failure = await failureOf(client.publish(order, media));
    equal(failure.unsure, unsure, what);
    ok(failure.retryable, what);
    const first = await client.publish(order, media);
    equal((await client.publish(order, media)).uri, first.uri, `${what}: a repetition is the same post`);
    equal(await there(order), 1, what);
    lines.push(`${what}: ${failure.unsure ? 'in doubt' : `refused, waits ${(failure.waitMs ?? 0) / 1000} s`}; then one post`);
  }
  lines.push(await late(client, fail, there));
  lines.push(await lost(url, there));
  lines.push(await sendMany({ network: 'mastodon', url, secrets, count, faults: manyFaults(posting), texts }));
  return lines;
}

type Count = (order: PostOrder) => Promise<number>;

async function late(client: Mastodon, fail: (effect: object) => Promise<unknown>, there: Count): Promise<string> {
  const order = orderOf({ text: 'after a late answer #AIart' });
  const media = await client.upload(order);
  await fail({ type: 'latency', delay_ms: 3000 });
  // The second call overtakes the first, as that of another sender would.
  const outcomes = await Promise.all(
    [client.publish(order, media), client.publish(order, media)].map((one) => one.catch((error: NetworkFailure) => error)),
  );
  const posted = outcomes.filter((one): one is Published => 'uri' in one);
  ok(posted.length > 0);
  equal(await there(order), 1);
  return 'a late answer, overtaken by a repetition: one post';
}

async function lost(url: string, there: Count): Promise<string> {
  const proxy = await openLossyProxy(url);
  const client = new Mastodon(proxy.url, secretsOf(secrets));
  const order = orderOf({ text: 'after a lost answer #AIart' });
  const media = await client.upload(order);
  proxy.fail({ on: posting, does: 'drop', acts: true });
  equal((await failureOf(client.publish(order, media))).unsure, true);
  equal(await there(order), 1, 'it is there although no answer came');
  await client.publish(order, media);
  equal(await there(order), 1);
  await proxy.close();
  return 'a lost answer: in doubt; then one post';
}
