import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { configPath, loadConfig } from '../../lib/config/index.ts';
import { homeOf } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { openQueueAt } from '../../lib/schedule/index.ts';
import { openPaintJobs } from '../../lib/service/index.ts';
import { suite } from '../harness.ts';
import { type CliResult, cli, scratch } from './support.ts';

interface Served {
  child: ChildProcess;
  /** The document that it prints when it listens. */
  started: { url: string; socket: string | null };
  /** Resolves when its stderr has a text. */
  says(text: string): Promise<void>;
  end(signal?: NodeJS.Signals): Promise<CliResult>;
}

/** Starts `serve --json` on a free port, and waits until it listens. */
async function serve(home: string, ...flags: string[]): Promise<Served> {
  let child: ChildProcess | undefined;
  let running: Promise<CliResult> | undefined;
  const line = new Promise<string>((resolve, reject) => {
    running = cli(['serve', '--json', '--port', '0', '--home', home, ...flags], {
      onStart: (started) => {
        child = started;
        started.stdout?.once('data', (text: string) => resolve(text));
      },
    });
    running.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  const started = JSON.parse(await line) as Served['started'];
  return {
    child: child as ChildProcess,
    started,
    says: (text) =>
      new Promise((resolve) => {
        let seen = '';
        child?.stderr?.on('data', (more: string) => {
          seen += more;
          if (seen.includes(text)) resolve();
        });
      }),
    end: (signal = 'SIGTERM') => {
      child?.kill(signal);
      return running as Promise<CliResult>;
    },
  };
}

/** Submits a job to the queue of a home, and waits until it is being painted. */
async function paintingIn(home: string, options: PaintOptions): Promise<{ state(): Promise<string>; close(): Promise<void> }> {
  const config = await loadConfig({ home });
  const queue = await openQueueAt('file', home, undefined);
  const gallery = new Gallery({ folder: configPath(config.config.gallery.folder, home) });
  const jobs = openPaintJobs({ home: homeOf(home), config, queue, gallery });
  const work = { kind: 'generate', options: { prompt: 'a fox', width: 128, height: 128, ...options } } as const;
  const { id } = await jobs.submit({ work, client: 'local', dialect: 'api' });
  for await (const { job } of jobs.watch(id)) if (job.state === 'running') break;
  return {
    state: async () => (await jobs.get(id)).state,
    close: async () => {
      await jobs.close();
      await queue.close();
    },
  };
}

interface PaintOptions {
  steps: number;
  width?: number;
  height?: number;
  batchCount?: number;
}

/** Minutes of painting. */
const long: PaintOptions = { width: 256, height: 256, steps: 150, batchCount: 8 };

suite('serve', { timeoutMs: 180_000 }, (test) => {
  test('it prints where it listens, takes tokens of other processes at once, and ends with 0', async () => {
    const home = path.join(scratch, 'served');
    const server = await serve(home, '--no-worker');
    equal([server.started.socket, new URL(server.started.url).hostname], [null, '127.0.0.1']);
    const ask = (token?: string) =>
      fetch(`${server.started.url}/api/v1/caller`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    is((await ask()).status, 200);
    const made = await cli(['serve', 'token', 'create', 'phone', '--scope', 'paint', '--expires', '90d', '--home', home]);
    is(made.code, 0);
    match(made.stdout, /^aia_[\w-]{43}\n$/);
    match(made.stderr, /cannot be shown again/);
    const token = made.stdout.trim();
    equal(await (await ask(token)).json().then((body) => (body as { scope: string }).scope), 'paint');
    const listed = await cli(['serve', 'token', 'list', '--json', '--home', home]);
    equal(
      JSON.parse(listed.stdout).tokens.map(({ name, scope, expired }: Record<string, unknown>) => [name, scope, expired]),
      [['phone', 'paint', false]],
    );
    ok(!listed.stdout.includes(token));
    is((await cli(['serve', 'token', 'revoke', 'phone', '--home', home])).stdout, 'phone\n');
    is((await ask(token)).status, 401);
    const { code, stdout, stderr } = await server.end();
    equal([code, stdout.trim().split('\n').length], [0, 1]);
    match(
      stderr,
      /Listening on http:\/\/127\.0\.0\.1:\d+\nOther processes paint: ai-artist worker\n.*serve token create NAME --scope paint/,
    );
    ok(!stderr.includes(token));
  });

  test('beyond this machine it needs a token', async () => {
    const refused = await cli(['serve', '--host', '0.0.0.0', '--home', path.join(scratch, 'open')]);
    is(refused.code, 2);
    match(refused.stderr, /expected at least one to listen on host 0\.0\.0\.0.*serve token create/);
  });

  test('nor does the environment of a container, or config.yaml, open it without a token', async () => {
    const home = path.join(scratch, 'container');
    const env = { AI_ARTIST_HOME: home, AI_ARTIST__SERVER__HOST: '0.0.0.0' };
    const refused = await cli(['serve', '--port', '0'], { env });
    is(refused.code, 2);
    match(refused.stderr, /expected at least one to listen on host 0\.0\.0\.0.*serve token create/);
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, 'config.yaml'), 'server:\n  host: "::"\n');
    const again = await cli(['serve', '--port', '0', '--home', home]);
    is(again.code, 2);
    match(again.stderr, /expected at least one to listen on host ::.*serve token create/);
    await cli(['serve', 'token', 'create', 'phone', '--scope', 'read', '--home', home]);
    const server = await serve(home, '--no-worker', '--host', '0.0.0.0');
    is((await fetch(`${server.started.url.replace('0.0.0.0', '127.0.0.1')}/api/v1/works`)).status, 401, 'it reads with a token only');
    await server.end();
  });

  test('a flag is named in its error', async () => {
    const wrong = await cli(['serve', '--trusted-proxy', 'everyone', '--home', path.join(scratch, 'wrong')]);
    is(wrong.code, 2);
    match(wrong.stderr, /--trusted-proxy: expected addresses such as/);
  });

  test('SIGTERM returns the work that is being painted to the queue', async () => {
    const home = path.join(scratch, 'drained');
    const server = await serve(home, '--stop-within', '1s');
    const job = await paintingIn(home, long);
    try {
      is((await server.end()).code, 0);
      const state = await job.state();
      ok(state === 'waiting' || state === 'delayed', state);
    } finally {
      await job.close();
    }
  });

  test('the first Ctrl-C says that the work may finish, and it does', async () => {
    const home = path.join(scratch, 'finished');
    const server = await serve(home, '--stop-within', '2m');
    const job = await paintingIn(home, { steps: 60 });
    try {
      const { code, stderr } = await server.end('SIGINT');
      is(code, 0, stderr);
      match(stderr, /stopping: what is being painted may finish within --stop-within, else it is painted again later/);
      ok(!/cancel/.test(stderr), stderr);
      is(await job.state(), 'done');
    } finally {
      await job.close();
    }
  });

  test('the second Ctrl-C ends it at once, and the work stays in the queue', async () => {
    const home = path.join(scratch, 'ended');
    const server = await serve(home, '--stop-within', '2m');
    const job = await paintingIn(home, long);
    try {
      const stopping = server.says('stopping: ');
      const ended = server.end('SIGINT');
      await stopping;
      server.child.kill('SIGINT');
      is((await ended).signal, 'SIGINT');
      ok(['running', 'waiting', 'delayed'].includes(await job.state()));
    } finally {
      await job.close();
    }
  });
});
