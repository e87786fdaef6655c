/** examples/: each compiled as strictly as TypeScript can, and run with the real addon and the bundled model as its users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Queue, QueueEvents } from 'bullmq';
import sharp from 'sharp';
import { equal, is, match, ok } from 'uvu/assert';
import { suite } from './harness.ts';
import { type RedisServer, startRedis } from './schedule/redis.ts';
import { typescript } from './support/run-source.ts';
import { compile, makeProject, node, root } from './types/support.ts';

const examples = readdirSync(path.join(root, 'examples')).filter((name) => name.endsWith('.ts'));

/** Electron is a program that this machine cannot run: its main process is called as Electron calls it. */
const electron = {
  'package.json': '{"name":"electron","type":"module","exports":{".":{"types":"./index.d.ts","default":"./index.js"}}}',
  'index.d.ts': `interface Sender { isDestroyed(): boolean; send(channel: string, ...values: unknown[]): void }
export const app: { on(event: string, listener: () => void): void };
export const ipcMain: { on(channel: string, listener: () => void): void;
  handle(channel: string, listener: (event: { sender: Sender }, ...values: never[]) => unknown): void; };`,
  'index.js': `export const handlers = {}, listeners = {};
export const app = { on: (event, listener) => (listeners[event] = listener) };
export const ipcMain = { on: app.on, handle: (channel, listener) => (handlers[channel] = listener) };`,
};

interface Program {
  child: ChildProcess;
  /** Resolves with what the program printed once that matches. */
  says(pattern: RegExp): Promise<string>;
}

/** A request that a pretended service got, and its answer. */
type Answer = (request: IncomingMessage, body: Buffer) => unknown;

async function service(answer: Answer): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await answer(request, body)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The fields of a multipart body, by Node's own reader. */
const formOf = (request: IncomingMessage, body: Buffer): Promise<FormData> =>
  new Response(new Uint8Array(body), { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData();

const sizeOf = async (bytes: ArrayBuffer | Buffer): Promise<[string | undefined, number | undefined]> => {
  const { format, width } = await sharp(Buffer.from(bytes as ArrayBuffer)).metadata();
  return [format, width];
};

suite('examples that run', { timeoutMs: 120_000 }, (test) => {
  let project = '';
  let redis: RedisServer;
  const running = new Set<ChildProcess>();

  function start(name: string, env: Record<string, string> = {}): Program {
    const { NODE_V8_COVERAGE: _, ...inherited } = process.env;
    const child = spawn(process.execPath, ['--import', typescript, name], {
      cwd: project,
      env: { ...inherited, AI_ARTIST_HOME: path.join(project, 'home'), PORT: '0', ...env },
    });
    running.add(child);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()));
    const says = async (pattern: RegExp): Promise<string> => {
      while (!pattern.test(printed)) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended: ${printed}`);
        await new Promise((again) => setTimeout(again, 50));
      }
      return printed;
    };
    return { child, says };
  }
  /** Ends a program as a service manager does; it must end by itself. */
  async function end({ child }: Program): Promise<void> {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    running.delete(child);
    equal([child.exitCode, child.signalCode], [0, null]);
  }
  const addressOf = async (program: Program): Promise<string> => {
    const port = /listening on .*?(?:port: |127\.0\.0\.1:)(\d+)/s.exec(await program.says(/listening on .*\d+(?: \}|\n)/s))?.[1];
    return `http://127.0.0.1:${port}`;
  };
  /** Runs lines as a module of the project. */
  const evaluate = (lines: string): { status: number | null; text: string } => {
    writeFileSync(path.join(project, 'call.mjs'), lines);
    return node(project, ['--import', typescript, 'call.mjs']);
  };

  test.before(async () => {
    project = makeProject();
    const built = node(root, ['scripts/build.mjs', '--out', path.join(project, 'node_modules/ai-artist/dist')]);
    is(built.status, 0, built.text);
    writeFileSync(path.join(project, 'package.json'), '{"type":"module"}');
    for (const name of ['express', 'bullmq'])
      symlinkSync(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name), 'junction');
    mkdirSync(path.join(project, 'node_modules/electron'));
    for (const [name, text] of Object.entries(electron)) writeFileSync(path.join(project, 'node_modules/electron', name), text);
    for (const name of examples) copyFileSync(path.join(root, 'examples', name), path.join(project, name));
    redis = await startRedis();
  });
  test.after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await redis?.stop();
    rmSync(project, { recursive: true, force: true });
  });

  test('all of them compile, and the list has each', async () => {
    const compiled = compile(project, ['--module', 'nodenext', '--lib', 'es2023,esnext.disposable', '--skipLibCheck', ...examples]);
    equal([compiled.status, compiled.text], [0, '']);
  });

  test('express: a picture, a picture as it is painted, and a wrong prompt', async () => {
    const program = start('express.ts');
    const url = await addressOf(program);
    const picture = await fetch(`${url}/picture?prompt=an%20owl`);
    equal(
      [picture.status, picture.headers.get('content-type'), await sizeOf(await picture.arrayBuffer())],
      [200, 'image/webp', ['webp', 128]],
    );
    const live = await fetch(`${url}/live?prompt=an%20owl`);
    match(live.headers.get('content-type') ?? '', /^multipart\/x-mixed-replace/);
    ok(
      Buffer.from(await live.arrayBuffer())
        .toString('latin1')
        .split('image/jpeg').length > 2,
    );
    const refused = await fetch(`${url}/picture?prompt=`);
    equal([refused.status, ((await refused.json()) as { error: { code: string } }).error.code], [400, 'ERR_INVALID_ARGUMENT']);
    await end(program);
  });

  test('fastify: a picture with its seed; a connection that closes stops the work', async () => {
    const program = start('fastify.ts');
    const url = await addressOf(program);
    const post = (body: unknown, signal?: AbortSignal): Promise<Response> =>
      fetch(`${url}/pictures`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        ...(signal && { signal }),
      });
    const leaver = new AbortController();
    const left = post({ prompt: 'a castle' }, leaver.signal).catch((error: Error) => error.name);
    setTimeout(() => leaver.abort(), 200);
    is(await left, 'AbortError');
    const picture = await post({ prompt: 'an owl', seed: 7 });
    equal([picture.status, picture.headers.get('x-seed'), await sizeOf(await picture.arrayBuffer())], [200, '7', ['png', 128]]);
    is((await post({ prompt: '' })).status, 400);
    is((await post({ seed: 1 })).status, 400);
    await end(program);
  });

  test('next: the route handler answers a Request with a Response', async () => {
    const { status, text } = evaluate(`import sharp from 'sharp'; import { POST } from './next-route.ts';
      const ask = (body) => POST(new Request('http://localhost/api/picture', { method: 'POST', body: JSON.stringify(body) }));
      const picture = await ask({ prompt: 'an owl' });
      const { width } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
      const refused = await ask({ prompt: '' });
      console.log(picture.status, picture.headers.get('content-type'), width, refused.status, (await refused.json()).code);
      await (await globalThis.aiArtist).dispose();`);
    equal([status, text], [0, '200 image/webp 128 400 ERR_INVALID_ARGUMENT']);
  });

  test('lambda: the picture as base64, and 400 for what is no order', async () => {
    const { status, text } = evaluate(`import sharp from 'sharp'; import { handler } from './lambda.ts';
      const picture = await handler({ body: JSON.stringify({ prompt: 'an owl' }) });
      const { width } = await sharp(Buffer.from(picture.body, 'base64')).metadata();
      console.log(picture.statusCode, picture.isBase64Encoded, width, (await handler({})).statusCode, (await handler({ body: '{' })).statusCode);
      process.exit();`);
    equal([status, text], [0, '200 true 128 400 400']);
  });

  test('queue worker: progress, one filed work a job, none painted twice when a job comes again', async () => {
    const { hostname: host, port } = new URL(redis.url);
    const connection = { host, port: Number(port) };
    const queue = new Queue('pictures', { connection });
    const events = new QueueEvents('pictures', { connection });
    const program = start('queue-worker.ts', { REDIS_URL: redis.url });
    try {
      await events.waitUntilReady();
      let parts = 0;
      events.on('progress', () => parts++);
      const order = async (): Promise<{ id: string; path: string }> => {
        const job = await queue.add('paint', { prompt: 'an owl' }, { jobId: 'owl-1', removeOnComplete: true });
        return (await job.waitUntilFinished(events)) as { id: string; path: string };
      };
      const first = await order();
      ok(parts > 0);
      ok(first.path.endsWith('.png'));
      equal(await order(), first);
    } finally {
      await Promise.all([queue.close(), events.close()]);
    }
    await end(program);
  });

  test('telegram: a message gives a photo in reply, a command and a failure a text; errors of the service end nothing', async () => {
    const sent: [method: string, values: Record<string, unknown>][] = [];
    const texts = ['an owl', '/start', '   '];
    let asked = 0;
    const api = await service(async (request, body) => {
      const [, token, method = ''] = /^\/bot(.*)\/(\w+)$/.exec(request.url ?? '') ?? [];
      is(token, '12:abc');
      if (method !== 'getUpdates') {
        const values = method === 'sendPhoto' ? Object.fromEntries(await formOf(request, body)) : JSON.parse(body.toString());
        sent.push([method, values as Record<string, unknown>]);
        return { ok: true, result: {} };
      }
      if (asked++ === 0) return { ok: false, error_code: 429, description: 'Too Many Requests: retry after 1' };
      const { offset } = JSON.parse(body.toString()) as { offset: number };
      const text = texts[offset === 0 ? 0 : offset - 10];
      if (text === undefined) await new Promise((wait) => setTimeout(wait, 100));
      const update_id = 10 + (offset === 0 ? 0 : offset - 10);
      return { ok: true, result: text === undefined ? [] : [{ update_id, message: { chat: { id: 5 }, message_id: update_id, text } }] };
    });
    const program = start('telegram-bot.ts', { TELEGRAM_API: api.url, TELEGRAM_TOKEN: '12:abc' });
    try {
      while (sent.length < 5) await new Promise((again) => setTimeout(again, 50));
      equal(
        sent.map(([method]) => method),
        ['sendChatAction', 'sendPhoto', 'sendMessage', 'sendChatAction', 'sendMessage'],
      );
      const [, photo = {}] = sent[1] ?? [];
      equal([photo['chat_id'], photo['reply_parameters']], ['5', '{"message_id":10}']);
      match(String(photo['caption']), /^an owl\r?\nmade by a machine, seed \d+$/);
      equal(await sizeOf(await (photo['photo'] as Blob).arrayBuffer()), ['jpeg', 128]);
      match(String(sent[4]?.[1]['text']), /^That did not work: prompt: /);
      await program.says(/getUpdates: Too Many Requests/);
      await end(program);
    } finally {
      api.close();
    }
  });

  test('discord: only signed requests; the command is deferred, then answered with the picture', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const patches: { url: string; form: FormData }[] = [];
    const api = await service(async (request, body) => {
      patches.push({ url: `${request.method} ${request.url}`, form: await formOf(request, body) });
      return {};
    });
    const program = start('discord-bot.ts', {
      DISCORD_API: api.url,
      DISCORD_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'),
    });
    try {
      const port = /port: (\d+)/.exec(await program.says(/listening on .*port: \d+/s))?.[1];
      const ask = async (interaction: unknown, isSigned = true): Promise<[number, string]> => {
        const [body, stamp] = [JSON.stringify(interaction), '1700000000'];
        const signature = isSigned ? sign(null, Buffer.from(stamp + body), privateKey).toString('hex') : '00'.repeat(64);
        const headers = { 'x-signature-ed25519': signature, 'x-signature-timestamp': stamp };
        const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
        return [response.status, await response.text()];
      };
      const command = {
        ...{ type: 2, application_id: '77', token: 'secret' },
        data: { name: 'paint', options: [{ name: 'prompt', value: 'an owl' }] },
      };
      is((await ask(command, false))[0], 401);
      equal(await ask({ type: 1 }), [200, '{"type":1}']);
      equal(await ask(command), [200, '{"type":5}']);
      while (patches.length < 1) await new Promise((again) => setTimeout(again, 50));
      const [{ url, form } = { url: '', form: new FormData() }] = patches;
      is(url, 'PATCH /webhooks/77/secret/messages/@original');
      match(String(form.get('payload_json')), /"content":"an owl".*Made by a machine/);
      equal(await sizeOf(await (form.get('files[0]') as Blob).arrayBuffer()), ['png', 128]);
      await end(program);
    } finally {
      api.close();
    }
  });

  test('electron: paints for the window, tells how far it is, stops when asked', async () => {
    const { status, text } =
      evaluate(`import sharp from 'sharp'; import { handlers, listeners } from 'electron'; import './electron-main.ts';
      let parts = 0;
      const sender = { isDestroyed: () => false, send: () => parts++ };
      const bytes = await handlers.paint({ sender }, 'an owl');
      const { width } = await sharp(bytes).metadata();
      const stopped = handlers.paint({ sender }, 'an owl').catch((error) => error.name);
      setTimeout(listeners.stop, 50);
      console.log(width, parts > 0, await stopped);
      listeners['will-quit']();`);
    equal([status, text], [0, '128 true AbortError']);
  });
});
