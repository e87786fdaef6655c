/** What holds for each network: when a post may be repeated, and that none is made twice or lost by one who keeps to it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../../../lib/publish/networks/network-failure.ts';
import { NetworkFailure } from '../../../lib/publish/networks/network-failure.ts';
import { networkNames } from '../../../lib/publish/networks/network-names.ts';
import type { PostOrder, Publisher } from '../../../lib/publish/networks/publisher.ts';
import { suite } from '../../harness.ts';
import { everyNetwork } from '../../support/networks/every-network.ts';
import { failureOf } from '../../support/networks/failures.ts';
import type { FakeNetwork } from '../../support/networks/loopback.ts';
import { orderOf } from '../../support/networks/orders.ts';

const pictureUrl = 'https://pictures.example/01.jpg';
const newOrder = (text: string): PostOrder => orderOf({ text }, { pictureUrl });

suite('all networks', (test) => {
  test('have a client and a server for tests', () =>
    deepEqual(
      Object.keys(everyNetwork),
      networkNames.filter((name) => name !== 'folder' && name !== 'activitypub'),
    ));
});

for (const [name, { open, client: clientOf, posting, secrets, blind }] of Object.entries(everyNetwork))
  suite(name, (test) => {
    let server: FakeNetwork;
    let client: Publisher;
    test.before.each(async () => {
      server = await open();
      client = clientOf(server.url);
    });
    test.after.each(() => server.close());

    const publishing = async (order = newOrder('one')): Promise<Failure> => {
      const media = await client.upload(order);
      return failureOf(client.publish(order, media));
    };

    test('names itself, and says what it takes', async () => {
      equal(client.network, name);
      const { characters, count, formats, altText, bytes } = await client.limits();
      ok(characters > 0 && formats.length > 0 && altText >= 0 && bytes >= 1_000_000);
      equal(count('x'.repeat(characters)), characters);
      ok((await client.profile()).handle.length > 1);
    });

    test('an answer that is lost after the post leaves a doubt, and the post is there', async () => {
      server.fail({ on: posting, does: 'drop', acts: true });
      const { retryable, unsure } = await publishing();
      deepEqual([retryable, unsure, server.posts.length], [true, true, 1]);
    });

    test('an answer that breaks off or is a web page leaves a doubt', async () => {
      server.fail({ on: posting, does: 'cut' });
      equal((await publishing(newOrder('cut'))).unsure, true);
      server.fail({ on: posting, does: 'answer', reply: { text: '<html>Sign in to this network</html>' } });
      equal((await publishing(newOrder('page'))).unsure, true);
    });

    test('limits leave none', async () => {
      server.fail({ on: posting, does: 'answer', reply: { status: 429, headers: { 'retry-after': '12' }, text: 'slow down' } });
      const { code, retryable, unsure, waitMs } = await publishing();
      deepEqual([code, retryable, unsure, waitMs, server.posts.length], ['ERR_RATE_LIMIT', true, false, 12_000, 0]);
    });

    test('a redirect is not followed', async () => {
      server.fail({ on: posting, does: 'answer', reply: { status: 307, headers: { location: 'https://elsewhere.example/' } } });
      const { retryable, unsure, message } = await publishing();
      deepEqual([retryable, unsure], [false, false]);
      match(message, /redirect to elsewhere\.example/);
    });

    test('a server that is not there leaves none', async () => {
      const order = newOrder('one');
      const media = await client.upload(order);
      await server.close();
      await sleep(100); // connections that are kept open notice
      const { code, retryable, unsure } = await failureOf(client.publish(order, media));
      deepEqual([code, retryable, unsure], ['ERR_NETWORK', true, false]);
      server = await open();
    });

    test('no secret reaches a message, even if the network repeats it', async () => {
      const texts = Object.values(secrets).filter((value): value is string => typeof value === 'string' && value.length > 20);
      const reply = {
        status: 400,
        json: { error: texts.join(' '), message: texts.join(' '), description: texts.join(' '), title: texts.join(' ') },
      };
      server.fail({ on: posting, does: 'answer', reply });
      const { message } = await publishing();
      for (const text of texts.filter((value) => value !== secrets.clientId)) equal(message.includes(text), false, message);
    });

    test('40 posts under lost answers, failures and limits: none twice, none lost', async () => {
      server.fail(
        { on: posting, does: 'drop', acts: true, times: 0, chance: 0.2 },
        { on: posting, does: 'answer', acts: true, times: 0, chance: 0.1 },
        { on: posting, does: 'answer', times: 0, chance: 0.1 },
        { does: 'drop', times: 0, chance: 0.05 },
        { does: 'answer', reply: { status: 429, text: '' }, times: 0, chance: 0.05 },
      );
      const outcomes = new Map<string, string>();
      for (let n = 0; n < 40; n++) {
        const order = newOrder(`picture ${n} of ${name}`);
        outcomes.set(order.content.text, await send(client, order));
      }
      const unknown = [...outcomes.values()].filter((outcome) => outcome === 'unknown').length;
      for (const [text, outcome] of outcomes) {
        const made = server.posts.filter((post) => post.text === text);
        ok(made.length === 1 || (made.length === 0 && outcome === 'unknown'), `${text}: ${outcome}, ${made.length} posts`);
        if (outcome !== 'unknown') equal(made[0]?.id, outcome);
      }
      ok(blind ? unknown > 0 : unknown === 0, `${unknown} unknown`);
    });
  });

/** Repeats what may be repeated, and looks first where it must. Returns the id of the post, or `unknown` if nothing can tell whether there is one. */
async function send(client: Publisher, order: PostOrder): Promise<string> {
  const media = await tried(() => client.upload(order));
  let doubt = false;
  for (;;) {
    if (doubt && client.repeatableMs === 0) {
      const found = await tried(() => client.find(order, media));
      if (typeof found === 'object') return found.uri;
      if (found === 'unsure') return 'unknown';
    }
    try {
      return (await client.publish(order, media)).uri;
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.retryable)) throw error;
      doubt ||= error.failure.unsure;
    }
  }
}

async function tried<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NetworkFailure && error.failure.retryable)) throw error;
    }
  }
}
