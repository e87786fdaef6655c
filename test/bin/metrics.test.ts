import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { parseExposition, sampleOf } from '../service/exposition.ts';
import { type CliResult, cli, cliSeries, scratch } from './support.ts';

let homes = 0;
function newHome(): string {
  const home = path.join(scratch, `metrics ${homes++}`);
  mkdirSync(home);
  return home;
}

const servers = new Set<ChildProcess>();

/** Starts a command and waits until it prints the address of its metrics. */
function serving(args: readonly string[]): Promise<{ url: string; child: ChildProcess; ended: Promise<CliResult> }> {
  return new Promise((resolve, reject) => {
    const ended = cli(args, {
      onStart: (child) => {
        servers.add(child);
        child.once('exit', () => servers.delete(child));
        let text = '';
        child.stderr?.on('data', (chunk: string) => {
          text += chunk;
          const url = /metrics: (http:\S+)\/metrics/.exec(text)?.[1];
          if (url !== undefined) resolve({ url, child, ended });
        });
      },
    });
    ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
  });
}

const quick = ['--steps', '2', '--no-upscale', '--topic', 'glossy 3d render of a red apple'];

suite('bin metrics', { timeoutMs: 120_000 }, (test) => {
  test.after.each(() => {
    // A failed test must not leave a process behind.
    for (const child of servers) child.kill('SIGKILL');
  });

  test('schedule start serves them, writes them to a file, and a restart continues the counts', async () => {
    const home = newHome();
    const file = path.join(home, 'ai-artist.prom');
    const start = ['schedule', 'start', '--home', home, '--metrics-port', '0', '--metrics-file', file];
    const first = await serving(start);
    const [, run] = await cliSeries([
      ['schedule', 'add', 'daily', '09:00', ...quick, '--home', home],
      ['schedule', 'run-now', 'j1', '--wait', '--home', home],
    ]);
    assert.is(run?.code, 0, run?.stderr);
    const page = parseExposition(await (await fetch(`${first.url}/metrics`)).text());
    const [works, done, up, heartbeat = 0] = [
      'works_total',
      'schedule_works_done_total',
      'schedule_up',
      'schedule_heartbeat_timestamp_seconds',
    ].map((name) => sampleOf(page, `ai_artist_${name}`));
    assert.equal([works, done, up], [1, 1, 1]);
    assert.ok(Math.abs(Date.now() / 1000 - heartbeat) < 60);
    assert.is((await fetch(`${first.url}/healthz`)).status, 200);
    first.child.kill('SIGTERM');
    const { code, stderr } = await first.ended;
    assert.is(code, 0, stderr);
    const written = parseExposition(readFileSync(file, 'utf8'));
    assert.equal([sampleOf(written, 'ai_artist_works_total'), sampleOf(written, 'ai_artist_schedule_up')], [1, 0]);
    const again = await serving(start);
    assert.is(sampleOf(parseExposition(await (await fetch(`${again.url}/metrics`)).text()), 'ai_artist_works_total'), 1);
    again.child.kill('SIGTERM');
    assert.is((await again.ended).code, 0);
  });

  test('a worker serves what it did, and the queue', async () => {
    const home = newHome();
    const worker = await serving(['worker', '--home', home, '--metrics-port', '0']);
    const page = parseExposition(await (await fetch(`${worker.url}/metrics`)).text());
    assert.is(sampleOf(page, 'ai_artist_worker_tasks_total', { outcome: 'done' }), 0);
    worker.child.kill('SIGTERM');
    assert.is((await worker.ended).code, 0);
  });

  // [arguments, code, message]
  const wrong: [string[], number, RegExp][] = [
    [['schedule', 'start', '--metrics-port', '70000'], 2, /--metrics-port: expected an integer 0\.\.65535, got 70000/],
    [['schedule', 'start', '--metrics-host', '::1'], 2, /--metrics-host: expected --metrics-port with it/],
    [['schedule', 'start', '--metrics-file', 'x.txt'], 2, /--metrics-file: expected a name that ends in \.prom/],
    [['worker', '--metrics-port', '-1'], 2, /--metrics-port: expected an integer/],
  ];
  test('wrong usage says how, and leaves nothing running', async () => {
    const results = await cliSeries(wrong.map(([args]) => [...args, '--home', newHome()]));
    for (const [index, [args, code, says]] of wrong.entries()) {
      assert.is(results[index]?.code, code, `${args.join(' ')}: ${results[index]?.stderr}`);
      assert.match(results[index]?.stderr ?? '', says);
    }
  });
});
