import { equal, match, ok } from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from '../harness.ts';
import { type Reply, type Shell, startShell } from './support.ts';

type Json = ReturnType<typeof JSON.parse>;

suite('webhooks over HTTP', (test) => {
  let shell: Shell;
  let receiver: Server;
  let url: string;
  const got: Json[] = [];
  test.before(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        got.push(JSON.parse(body));
        response.end();
      });
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    shell = await startShell({ webhooks: { privateHosts: ['127.0.0.1'], jobOrigins: [new URL(url).origin] } });
  });
  test.after(async () => {
    await shell.server.close();
    receiver.closeAllConnections();
    await new Promise((done) => receiver.close(done));
  });
  const ask = (method: string, path: string, body?: object, token = shell.tokens.admin): Promise<Reply> =>
    shell.send(`/api/v1${path}`, { method, token, ...(body && { body }) });
  const hears = async (what: (message: Json) => boolean): Promise<Json> => {
    for (let tries = 0; tries < 400; tries++) {
      const found = got.find(what);
      if (found) return found;
      await sleep(50);
    }
    throw new Error(`got ${JSON.stringify(got)}`);
  };

  test('only administrators; private addresses only if the settings list them', async () => {
    for (const token of [shell.tokens.paint, shell.tokens.read]) equal((await ask('GET', '/webhooks', undefined, token)).status, 403);
    for (const bad of ['http://127.0.0.2/', 'http://[::1]/', 'http://169.254.169.254/', 'http://localhost/', 'file:///etc/passwd', 'x'])
      equal((await ask('POST', '/webhooks', { url: bad })).status, 400, bad);
    equal((await ask('POST', '/webhooks', { url, secret: 'short' })).status, 400);
    equal((await ask('POST', '/webhooks', { url, events: ['nonsense'] })).status, 400);
  });

  let id: string;
  test('registered: the secret is shown once', async () => {
    const made = await ask('POST', '/webhooks', { url, events: ['job.cancelled'] });
    equal(made.status, 201);
    const { secret } = made.json();
    ({ id } = made.json());
    match(secret, /^whsec_/);
    for (const path of ['/webhooks', '/webhook-deliveries']) ok(!(await ask('GET', path)).text.includes(secret));
    ok(!shell.log.some((line) => line.includes(secret)));
    equal((await ask('POST', `/webhooks/${id}/test`)).status, 202);
    await hears(({ type }) => type === 'test');
  });

  test('hears of a job, and the hook of a job of that job', async () => {
    const body = { prompt: 'a fox', options: { width: 64, height: 64, steps: 1 } };
    const job = (await ask('POST', '/jobs', { ...body, webhook: { url: `${url}?own` } }, shell.tokens.paint)).json();
    const other = (await ask('POST', '/jobs', body, shell.tokens.paint)).json();
    for (const one of [job, other]) await ask('POST', `/jobs/${one.id}/cancel`, {}, shell.tokens.paint);
    const about = (one: Json): Json[] => got.filter(({ type, data }) => type === 'job.cancelled' && data.id === one.id);
    for (let tries = 0; (about(job).length < 2 || about(other).length < 1) && tries < 400; tries++) await sleep(50);
    equal(about(job).length, 2, 'the registered one and its own');
    equal(about(other).length, 1);
    ok(!JSON.stringify(got).includes(shell.home));
    // The job's own goes with it, when its delivery was recorded.
    const hooks = async (): Promise<string> =>
      (await ask('GET', '/webhooks'))
        .json()
        .webhooks.map((hook: Json) => hook.id)
        .join();
    for (let tries = 0; (await hooks()) !== id && tries < 100; tries++) await sleep(50);
    equal(await hooks(), id);
  });

  test('removed; unknown ids are 404', async () => {
    equal((await ask('DELETE', `/webhooks/${id}`)).status, 204);
    equal((await ask('DELETE', `/webhooks/${id}`)).status, 404);
    equal((await ask('POST', '/webhooks/x/test')).status, 404);
    equal((await ask('POST', '/webhook-deliveries/x/retry')).status, 404);
  });
});
