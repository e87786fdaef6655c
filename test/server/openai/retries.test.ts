/** Time-outs and retries of the official client, and clients that go away: a picture is painted once, and not for nobody. */
import OpenAI, { APIConnectionTimeoutError } from 'openai';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../lib/core/index.ts';
import { openQueueAt } from '../../../lib/schedule/index.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';

const quick = (steps: number) =>
  `a fox <sd_cpp_extra_args>${JSON.stringify({ seed: 7, width: 64, height: 64, sample_params: { sample_steps: steps } })}</sd_cpp_extra_args>`;

/** Waits up to 20 seconds for the states of all tasks of a home. */
async function statesBecome({ home }: Serving, expected: readonly string[]): Promise<void> {
  const queue = await openQueueAt('file', home, undefined);
  try {
    let states: string[] = [];
    for (const until = performance.now() + 20_000; performance.now() < until; await new Promise((done) => setTimeout(done, 50))) {
      states = (await queue.list()).map(({ state }) => state).sort();
      if (JSON.stringify(states) === JSON.stringify(expected)) return;
    }
    assert.equal(states, expected);
  } finally {
    await queue.close();
  }
}

const clientOf = (server: Serving, options: object = {}) => new OpenAI({ apiKey: server.token, baseURL: `${server.url}/v1`, ...options });

suite('openai: retries of a client', (test) => {
  let server: Serving;
  let clock: VirtualClock;
  test.before.each(async () => {
    clock = new VirtualClock(Date.now());
    server = await serving({ paint: false, clock });
  });
  test.after.each(() => server.close());

  test('three tries that time out are one job, cancelled ten seconds after the last client has gone', async () => {
    const impatient = clientOf(server, { timeout: 1000, maxRetries: 2 });
    const error = await impatient.images.generate({ prompt: quick(2) }).catch((thrown: unknown) => thrown);
    assert.instance(error, APIConnectionTimeoutError);
    await statesBecome(server, ['waiting']);
    // Time for the server to hear that the connection was closed; its answers have timers of ten seconds too.
    await new Promise((done) => setTimeout(done, 1500));
    await clock.advance(9_000);
    await statesBecome(server, ['waiting']);
    await clock.advance(1_100);
    await statesBecome(server, ['cancelled']);
  });

  /** Sends a request, and hangs up when the tasks of the home have these states. */
  async function ask(client: OpenAI, steps: number, retry: '0' | '1', states: readonly string[]): Promise<void> {
    const hangUp = new AbortController();
    const options = { signal: hangUp.signal, maxRetries: 0, headers: { 'x-stainless-retry-count': retry } };
    const call = client.images.generate({ prompt: quick(steps) }, options).catch(() => undefined);
    await statesBecome(server, states);
    hangUp.abort();
    await call;
  }

  test('the same request sent anew is a new picture', async () => {
    await ask(clientOf(server), 2, '0', ['waiting']);
    await ask(clientOf(server), 2, '0', ['waiting', 'waiting']);
  });

  test('another body, another token: another job', async () => {
    const other = new OpenAI({ apiKey: await server.newToken('other', 'paint'), baseURL: `${server.url}/v1` });
    await ask(clientOf(server), 2, '0', ['waiting']);
    await ask(clientOf(server), 3, '1', ['waiting', 'waiting']);
    await ask(other, 2, '1', ['waiting', 'waiting', 'waiting']);
  });

  test('a stream that is broken off is cancelled when its client does not come back', async () => {
    const gone = new AbortController();
    const stream = await clientOf(server).images.generate({ prompt: quick(2), stream: true }, { signal: gone.signal });
    await statesBecome(server, ['waiting']);
    gone.abort();
    for await (const _ of stream) assert.unreachable();
    // The server hears late of it on a busy machine, so time goes on until it has.
    let isOver = false;
    const hurry = (async () => {
      for (; !isOver; await new Promise((done) => setTimeout(done, 200))) await clock.advance(10_100);
    })();
    await statesBecome(server, ['cancelled']).finally(() => {
      isOver = true;
    });
    await hurry;
  });

  test('a stopping server does not cancel what its clients asked for', async () => {
    const call = clientOf(server, { maxRetries: 0 }).images.generate({ prompt: quick(2) });
    const failed = call.catch((thrown: unknown) => thrown);
    await statesBecome(server, ['waiting']);
    const closing = server.stop();
    await clock.advance(60_000);
    await closing;
    assert.instance(await failed, Error);
    await statesBecome(server, ['waiting']);
  });
});

suite('openai: a retry gets the picture of the first try', (test) => {
  let server: Serving;
  test.before(async () => {
    server = await serving();
  });
  test.after(() => server.close());

  test('painted once', async () => {
    const impatient = clientOf(server, { timeout: 700, maxRetries: 8 });
    const answer = await impatient.images.generate({ prompt: quick(40) });
    assert.is(answer.data?.length, 1);
    await statesBecome(server, ['done']);
  });
});
