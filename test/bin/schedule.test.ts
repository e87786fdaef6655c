import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { createArtist, newOrder, paintOrder } from '../../lib/artist/index.ts';
import { suite } from '../harness.ts';
import { type CliResult, cli, cliSeries, jsonOf, scratch } from './support.ts';

let homes = 0;
function newHome(): Record<string, string> {
  return { AI_ARTIST_HOME: path.join(scratch, `schedule ${homes++}`) };
}

const quick = ['--steps', '2', '--no-upscale', '--topic', 'glossy 3d render of a red apple'];

interface Daemon {
  child: ChildProcess;
  ended: Promise<CliResult>;
}

/** Starts a command that runs until it is stopped, and waits for its first line on stderr. */
function running(args: readonly string[], env: Record<string, string>): Promise<Daemon> {
  return new Promise((resolve, reject) => {
    const ended = cli(args, {
      env,
      onStart: (child) => {
        child.stderr?.once('data', () => resolve({ child, ended }));
      },
    });
    ended.then(({ stderr }) => reject(new Error(`it ended at once: ${stderr}`)), reject);
  });
}

async function stop({ child, ended }: Daemon): Promise<CliResult> {
  child.kill('SIGTERM');
  return ended;
}

suite('bin schedule', { timeoutMs: 60_000 }, (test) => {
  // [arguments, message]
  const wrong: [string[], RegExp][] = [
    [['add'], /when: expected a value, got none/],
    [['add', 'dayly', '09:00'], /did you mean daily\?/],
    [['add', 'daily', '25:00'], /time of day as HH:MM/],
    [['add', 'cron', '0 9 * *'], /five fields/],
    [['add', 'once', '2020-01-01T00:00'], /never due/],
    [['add', 'daily', '09:00', '--tz', 'Berlin'], /timeZone: .*Did you mean Europe\/Berlin\?|--tz: .*Did you mean Europe\/Berlin\?/],
    [['add', 'daily', '09:00', '--batch', '0'], /--batch: expected a number of at least 1, got 0/],
    [['add', 'daily', '09:00', '--jitter', 'soon'], /--jitter: expected a duration/],
    [['add', 'daily', '09:00', '--quiet-hours', '22-7'], /--quiet-hours: expected HH:MM-HH:MM/],
    [['add', 'daily', '09:00', '--quiet-hours', '22:00-25:00'], /--quiet-hours/],
    [['add', 'daily', '09:00', '--misfire', 'twice'], /--misfire: expected one of skip, once, all/],
    [['add', 'daily', '09:00', '--topic', 'a', '--topic-rotation'], /--topic: expected to be left out/],
    [['add', 'daily', '09:00', '--steps', '0'], /--steps: expected a number of at least 1/],
    [['add', 'daily', '09:00', '--tpoic', 'x'], /Did you mean --topic\?/],
    [['add', 'batch', '3@09:00', '--batch', '4'], /--batch: expected to be left out with batch 3@/],
    [['add', 'daily', '09:00', '--candidates', '0'], /--candidates: expected auto/],
    [['next', '--limit', '0'], /--limit: expected an integer 1\.\.1000/],
    [['start', '--works-at-once', '2'], /--works-at-once: expected --queue/],
    [['start', '--queue', 'http://x'], /--queue: expected file or redis:\/\//],
  ];
  test('wrong usage exits 2 and says how', async () => {
    const results = await cliSeries(
      wrong.map(([args]) => ['schedule', ...args]),
      { env: newHome() },
    );
    for (const [index, [args, says]] of wrong.entries()) {
      assert.is(results[index]?.code, 2, args.join(' '));
      assert.match(results[index]?.stderr ?? '', says);
      assert.is(results[index]?.stdout, '');
    }
  });

  test('add, list, next, pause, resume, remove, history', async () => {
    const results = await cliSeries(
      [
        ['schedule', 'add', 'daily', '02:30', '--tz', 'europe/berlin', '--topic-rotation', '--name', 'night'],
        ['schedule', 'add', 'batch', '3@09:00', '--tz', 'UTC', '--topic', 'a fox', '--model', 'sd-turbo', '--json'],
        ['schedule', 'add', 'cron', '0 9 * * MON-FRI', '--tz', 'UTC'],
        ['schedule', 'list', '--json'],
        ['schedule', 'next', '--limit', '3', '--json'],
        ['schedule', 'pause', 'night'],
        ['schedule', 'next', 'j1', '--json'],
        ['schedule', 'resume', 'j1'],
        ['schedule', 'remove', 'j2', '--json'],
        ['schedule', 'list'],
        ['schedule', 'history', '--json'],
        ['schedule', 'remove', 'j2', '--json'],
      ],
      { env: newHome() },
    );
    const at = (index: number): CliResult => results[index] as CliResult;
    assert.equal(
      results.map(({ code }) => code),
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    );
    assert.is(at(0).stdout, 'j1\n');
    const list = jsonOf(at(3)) as { jobs?: Record<string, unknown>[]; daemon?: unknown };
    assert.equal(
      list.jobs?.map(({ id, when, timeZone, count }) => [id, when, timeZone, count]),
      [
        ['j1', 'daily 02:30', 'Europe/Berlin', 1],
        ['j2', 'daily 09:00', 'UTC', 3],
        ['j3', 'cron "0 9 * * MON-FRI"', 'UTC', 1],
      ],
    );
    assert.is((list.jobs?.[0]?.['rotation'] as string[] | undefined)?.length, 8);
    assert.equal(list.jobs?.[1]?.['payload'], { version: 2, prompt: 'a fox', model: 'sd-turbo' });
    assert.is(list.daemon, null);
    assert.is((jsonOf(at(4))['runs'] as unknown[]).length, 3);
    assert.equal(jsonOf(at(6))['runs'], []);
    assert.match(at(9).stdout, /^job .*\nj1 .*night\nj3 /s);
    assert.match(at(9).stderr, /the schedule is not running/);
    assert.equal(jsonOf(at(10))['runs'], []);
    assert.is(jsonOf(at(11)).error?.code, 'ERR_NOT_FOUND');
  });

  test('run-now without a running schedule: it paints here, and fails if the job fails', async () => {
    const env = newHome();
    const [, , good, bad, history] = await cliSeries(
      [
        ['schedule', 'add', 'daily', '09:00', '--batch', '2', ...quick],
        ['schedule', 'add', 'daily', '09:00', '--model', 'absent.safetensors', '--topic', 'x'],
        ['schedule', 'run-now', 'j1', '--json'],
        ['schedule', 'run-now', 'j2', '--json'],
        ['schedule', 'history', '--failed', '--json'],
      ],
      { env },
    );
    assert.is(good?.code, 0, good?.stderr);
    const run = jsonOf(good as CliResult)['run'] as { outcome: string; works: unknown; results: { path: string; seed: number }[] };
    assert.equal([run.outcome, run.works, run.results.length], ['done', { done: 2, due: 2 }, 2]);
    assert.ok(run.results.every((result) => existsSync(result.path) && existsSync(result.path.replace(/png$/, 'json'))));
    assert.is(new Set(run.results.map(({ seed }) => seed)).size, 2);
    assert.is(bad?.code, 1);
    const failed = jsonOf(history as CliResult) as { runs?: Record<string, unknown>[]; figures?: { successRate: number } };
    assert.equal(
      failed.runs?.map(({ jobId, outcome, code, attempts }) => [jobId, outcome, code, attempts]),
      [['j2', 'failed', 'ERR_MODEL_NOT_FOUND', 1]],
    );
    assert.is(failed.figures?.successRate, 0.5);
  });

  test('a running schedule: other processes add, run and list jobs; SIGTERM ends it with status 0', async () => {
    const env = newHome();
    const daemon = await running(['schedule', 'start', '--json'], env);
    const second = await cli(['start', '--json'], { env, door: 'ai-artist-schedule' });
    assert.equal([second.code, jsonOf(second).error?.code], [1, 'ERR_LOCKED']);
    const [, done, list] = await cliSeries(
      [
        ['schedule', 'add', 'daily', '09:00', ...quick],
        ['schedule', 'run-now', 'j1', '--wait', '--json'],
        ['schedule', 'list', '--json'],
      ],
      { env },
    );
    assert.is(done?.code, 0, done?.stderr);
    assert.is((jsonOf(list as CliResult)['daemon'] as { pid: number }).pid, daemon.child.pid);
    const { code, stdout, stderr } = await stop(daemon);
    assert.is(code, 0, stderr);
    assert.is(JSON.parse(stdout).runs.done, 1);
    assert.match(stderr, /j1-now-\S+: done, 1 of 1 work$/m);
  });

  test('works go to a worker through the queue of the home', async () => {
    const env = newHome();
    const daemon = await running(['schedule', 'start', '--set', 'queue.url=file'], env);
    const worker = await running(['worker', '--queue', 'file', '--name', 'easel', '--json'], env);
    const [, good, , bad] = await cliSeries(
      [
        ['schedule', 'add', 'daily', '09:00', ...quick],
        ['schedule', 'run-now', 'j1', '--wait'],
        ['schedule', 'add', 'daily', '09:00', '--model', 'absent.safetensors', '--topic', 'x'],
        ['schedule', 'run-now', 'j2', '--wait', '--json'],
      ],
      { env },
    );
    assert.is(good?.code, 0, good?.stderr);
    assert.ok(existsSync(good?.stdout.trim() ?? ''));
    assert.equal([bad?.code, (jsonOf(bad as CliResult)['run'] as { code: string }).code], [1, 'ERR_MODEL_NOT_FOUND']);
    assert.is((await stop(daemon)).code, 0);
    const ended = await stop(worker);
    assert.is(ended.code, 0, ended.stderr);
    assert.equal(jsonOf(ended), { queue: 'file', works: { done: 1, failed: 1, cancelled: 0, lost: 0 } });
    const queue = JSON.parse(readFileSync(path.join(env['AI_ARTIST_HOME'] ?? '', 'state/queue.json'), 'utf8'));
    assert.equal(
      queue.data.tasks.map((task: { worker: string; state: string }) => [task.worker, task.state]),
      [
        ['easel', 'done'],
        ['easel', 'failed'],
      ],
    );
  });

  test('a work that was filed before its process died is found, not painted again', async () => {
    const home = newHome()['AI_ARTIST_HOME'] ?? '';
    await using artist = await createArtist({ home });
    const { signal } = new AbortController();
    const payload = newOrder({ prompt: 'glossy 3d render of a red apple', steps: 2, upscale: false });
    const task = { id: 'j1-20260328T090000Z-0', attempt: 1, payload, since: Date.now() - 1000, signal };
    const first = await paintOrder(task, artist);
    const again = await paintOrder(task, artist);
    assert.equal([again.id, again.path], [first.id, first.path]);
    const other = await paintOrder({ ...task, id: 'j1-20260329T090000Z-0' }, artist);
    assert.not.equal(other.id, first.id);
  });

  test('install --print: a unit that starts the built command with this home', async () => {
    const env = newHome();
    const [systemd, launchd] = await cliSeries(
      [
        ['schedule', 'install', '--print', '--kind', 'systemd', '--queue', 'redis://127.0.0.1:6379'],
        ['schedule', 'install', '--print', '--kind', 'launchd'],
      ],
      { env },
    );
    assert.match(
      systemd?.stdout ?? '',
      /ExecStart=".*node.*" ".*dist\/esm\/bin\/ai-artist-schedule\.js" "start" "--home" ".*schedule \d+" "--queue"/,
    );
    assert.match(systemd?.stdout ?? '', /TimeoutStopSec=90/);
    assert.match(launchd?.stdout ?? '', /<string>start<\/string>\n {4}<string>--home<\/string>/);
  });

  test('install writes the unit to the folder of the service manager, once', async () => {
    const env = { ...newHome(), XDG_CONFIG_HOME: path.join(scratch, 'config') };
    const first = await cli(['install', '--kind', 'systemd'], { env, door: 'ai-artist-schedule' });
    assert.is(first.code, 0, first.stderr);
    assert.match(readFileSync(first.stdout.trim(), 'utf8'), /^\[Unit\]/);
    assert.match(first.stderr, /systemctl --user enable --now ai-artist/);
    const second = await cli(['install', '--kind', 'systemd', '--json'], { env, door: 'ai-artist-schedule' });
    assert.is(jsonOf(second).error?.code, 'ERR_ALREADY_EXISTS');
  });
});
