/**
 * Paintings of ten minutes behind a proxy that cuts idle connections after 60 seconds. Server and proxy have one virtual clock; the painter is a
 * real process. The queue is paused for ten minutes, then the jobs are painted.
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { equal, is, match, ok } from 'uvu/assert';
import { VirtualClock } from '../../../lib/core/index.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';
import { IdleProxy } from './idle-proxy.ts';

const small = { width: 64, height: 64, steps: 1 };
const cutMs = 60_000;

interface Job {
  id: string;
  state: string;
  dialect: string;
  pictures: { work: string | null }[];
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; !(await what()); await sleep(50))
    ok(performance.now() < end, `expected within a minute: ${what}`);
}

suite('server: behind a proxy that cuts idle connections', { timeoutMs: 120_000 }, (test) => {
  let clock: VirtualClock;
  let server: Serving;
  let admin: string;
  let proxy: IdleProxy;
  test.before(async () => {
    clock = new VirtualClock(Date.now());
    server = await serving({ clock });
    admin = await server.newToken('admin', 'admin');
    proxy = await IdleProxy.start(server.url, cutMs, clock);
  });
  test.after(async () => {
    await proxy.close();
    // What waits on the clock while the server ends.
    const closing = server.close();
    await Promise.race([closing, pass(600_000)]);
    await closing;
  });

  /** Lets time pass, 5 seconds at once, with the moments that bytes need to get from socket to socket. */
  async function pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 5000) {
      await clock.advance(5000);
      await sleep(20);
    }
  }

  async function passUntil<T>(answers: Promise<T>): Promise<T> {
    let isOver = false;
    const done = answers.finally(() => {
      isOver = true;
    });
    done.catch(() => undefined);
    while (!isOver) await pass(5000);
    return done;
  }

  const headers = () => ({ authorization: `Bearer ${server.token}`, 'content-type': 'application/json' });
  /** The answer through the proxy, as text. */
  const post = async (to: string, body: object, more: Record<string, string> = {}, signal?: AbortSignal) => {
    const init = { method: 'POST', headers: { ...headers(), ...more }, body: JSON.stringify(body), ...(signal && { signal }) };
    const answer = await fetch(`${proxy.url}${to}`, init);
    return { status: answer.status, text: await answer.text() };
  };
  const own = async (method: string, to: string): Promise<ReturnType<typeof JSON.parse>> => {
    const answer = await fetch(`${server.url}/api/v1${to}`, { method, headers: { authorization: `Bearer ${admin}` } });
    return answer.json();
  };
  const jobs = async (): Promise<Job[]> => (await own('GET', '/jobs')).jobs;
  const openJobs = async (count: number): Promise<void> => {
    const isOpen = ({ state }: Job): boolean => state === 'waiting' || state === 'running';
    await until(async () => (await jobs()).filter(isOpen).length >= count);
  };

  test('it cuts what is silent for a minute', async () => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    const closed = new Promise((done) => socket.once('close', done));
    socket.on('error', () => undefined);
    socket.write('POST /sdapi/v1/txt2img HTTP/1.1\r\nHost: localhost\r\n');
    await sleep(50);
    await pass(cutMs + 5000);
    await closed;
    is(proxy.cuts, 1);
  });

  test('every way to wait for ten minutes ends with the picture', async () => {
    await own('POST', '/queue/pause');
    const sdk = new OpenAI({ apiKey: server.token, baseURL: `${proxy.url}/v1`, maxRetries: 0 });
    const prompt = (seed: number): string =>
      `a fox <sd_cpp_extra_args>${JSON.stringify({ seed, width: 64, height: 64, sample_params: { sample_steps: 1 } })}</sd_cpp_extra_args>`;
    const waiting = [
      post('/v1/images/generations', { prompt: prompt(1) }),
      post('/v1/images/generations', { prompt: prompt(2), stream: true }),
      post('/sdapi/v1/txt2img', { prompt: 'a fox', seed: 3, ...small }),
      sdk.images.generate({ prompt: prompt(4) }),
    ] as const;
    const own50 = post('/api/v1/jobs', { prompt: 'a fox', options: { seed: 5, ...small } }, { prefer: 'wait=50' });
    await openJobs(5);
    const { status, text } = await passUntil(own50);
    is(status, 202);
    const { id } = JSON.parse(text) as Job;
    const follow = fetch(`${proxy.url}/api/v1/jobs/${id}/events`, { headers: headers() }).then((answer) => answer.text());
    await pass(600_000);
    equal([...new Set((await jobs()).map(({ state }) => state))], ['waiting']);
    await own('POST', '/queue/resume');
    const [[whole, stream, a1111, answer], events] = await passUntil(Promise.all([Promise.all(waiting), follow]));
    equal([whole.status, stream.status, a1111.status], [200, 200, 200]);
    // One at the tenth second, then one every fifteen: at least forty in ten minutes.
    match(whole.text, /^ {40,}\{/);
    ok(JSON.parse(whole.text).data[0].b64_json.length > 100);
    match(a1111.text, /^ {40,}\{/);
    is(JSON.parse(a1111.text).images.length, 1);
    ok((stream.text.match(/^: keep-alive$/gm) ?? []).length >= 39, stream.text.slice(0, 1000));
    match(stream.text, /^event: image_generation\.completed$/m);
    ok((answer.data?.[0]?.b64_json?.length ?? 0) > 100);
    ok((events.match(/^: still here$/gm) ?? []).length >= 39, events.slice(0, 1000));
    match(events, /"state":"done"/);
    const all = await jobs();
    equal([...new Set(all.map(({ state }) => state))], ['done']);
    const works = await own('GET', '/works');
    equal(works.works.map((work: { id: string }) => work.id).sort(), all.map(({ pictures }) => pictures[0]?.work).sort());
  });

  test('connections that break while nothing is painted yet: what is detached is painted, the SDK gets its picture, the rest can be painted again', async () => {
    await own('POST', '/queue/pause');
    const before = (await jobs()).length;
    const sdk = new OpenAI({ apiKey: server.token, baseURL: `${proxy.url}/v1`, maxRetries: 2 });
    const named = post('/sdapi/v1/txt2img', { prompt: 'an owl', force_task_id: 'task(owl)', ...small }).catch(() => undefined);
    const plain = post('/sdapi/v1/txt2img', { prompt: 'a badger', ...small }).catch(() => undefined);
    const waits = post('/api/v1/jobs', { prompt: 'a hare', options: small }, { prefer: 'wait=50' }).catch(() => undefined);
    const repeated = sdk.images.generate({ prompt: 'a boar', size: '64x64', quality: 'low' });
    await openJobs(4);
    const { connections } = proxy;
    // The tenth second, with which the headers go out, is not there yet.
    proxy.breakAll();
    equal(await Promise.all([named, plain, waits]), [undefined, undefined, undefined]);
    // The SDK comes back by itself; until then no time passes, or its job would be given up.
    await until(async () => proxy.connections > connections);
    await sleep(500);
    await own('POST', '/queue/resume');
    is((await passUntil(repeated)).data?.length, 1);
    const mine = (await jobs()).slice(0, (await jobs()).length - before);
    is(mine.length, 4, 'painted once');
    await until(async () => (await jobs()).every(({ state }) => state !== 'waiting' && state !== 'running'));
    const ended = (await jobs()).filter(({ state }) => state !== 'done');
    equal(
      ended.map(({ state, dialect }) => [state, dialect]),
      [['cancelled', 'sdapi']],
    );
    const [abandoned] = ended as [Job];
    await own('POST', `/jobs/${abandoned.id}/retry`);
    await until(async () => (await own('GET', `/jobs/${abandoned.id}`)).state === 'done');
    const all = await jobs();
    is((await own('GET', '/works')).works.length, all.length);
  });
});
