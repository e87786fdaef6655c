import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../lib/core/index.ts';
import { type HeldAnswer, holdAnswer } from '../../../lib/server/painting/held-answer.ts';
import { suite } from '../../harness.ts';

const wait = (milliseconds: number): Promise<void> => systemClock.sleep(milliseconds);
const times = { clock: systemClock, earlyMs: 50, everyMs: 20, failed: () => '{"detail":"too late"}' };

suite('held answer', (test) => {
  let app: FastifyInstance;
  let url: string;
  let make: HeldAnswer['make'];

  test.before(async () => {
    app = fastify({ forceCloseConnections: true });
    app.get('/', async (_request, reply) => holdAnswer(reply, { ...times, make: (gone) => make(gone) }));
    app.setErrorHandler((error, _request, reply) => reply.code(418).send({ detail: (error as Error).message }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`;
  });
  test.after(() => app.close());

  test('a quick answer is an ordinary one', async () => {
    make = async () => ['{"n":', '1}'];
    const answer = await fetch(url);
    assert.is(answer.status, 200);
    assert.is(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.is(await answer.text(), '{"n":1}');
  });

  test('an error in time keeps its status', async () => {
    make = async () => {
      throw new Error('no model');
    };
    const answer = await fetch(url);
    assert.is(answer.status, 418);
    assert.equal(await answer.json(), { detail: 'no model' });
  });

  test('headers and blanks come before a slow answer, which stays JSON', async () => {
    make = async () => {
      await wait(200);
      return ['{"n":2}'];
    };
    const began = performance.now();
    const answer = await fetch(url);
    const headersAfter = performance.now() - began;
    const text = await answer.text();
    assert.ok(headersAfter < 180, `headers after ${headersAfter} ms`);
    assert.match(text, /^ {2,}\{"n":2\}$/);
    assert.equal(JSON.parse(text), { n: 2 });
  });

  test('an error after the headers is JSON of the room', async () => {
    make = async () => {
      await wait(100);
      throw new Error('no memory');
    };
    const answer = await fetch(url);
    assert.is(answer.status, 200);
    assert.equal(await answer.json(), { detail: 'too late' });
  });

  for (const [moment, after] of [
    ['before the headers', 20],
    ['after the headers', 120],
  ] as const)
    test(`a client that leaves ${moment} aborts the work`, async () => {
      const gone = new Promise<AbortSignal>((resolve) => {
        make = async (signal) => {
          signal.addEventListener('abort', () => resolve(signal), { once: true });
          await systemClock.sleep(10_000, { signal });
          return [];
        };
      });
      const client = new AbortController();
      const answer = fetch(url, { signal: client.signal }).then((reply) => reply.text());
      answer.catch(() => undefined);
      await wait(after);
      client.abort();
      assert.is((await gone).aborted, true);
    });

  test('a complete answer aborts nothing', async () => {
    let signal: AbortSignal | undefined;
    make = async (given) => {
      signal = given;
      return ['{}'];
    };
    await (await fetch(url)).text();
    await wait(50);
    assert.is(signal?.aborted, false);
  });
});
