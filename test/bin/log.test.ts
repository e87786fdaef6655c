import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { isUlid } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { type CliResult, cli, cliSeries, scratch } from './support.ts';

type Line = Record<string, unknown>;

let homes = 0;
function newHome(config = ''): string {
  const home = path.join(scratch, `log 🎨 ${homes++}`);
  mkdirSync(home);
  if (config !== '') writeFileSync(path.join(home, 'config.yaml'), config);
  return home;
}

const parsed = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** Lines of all log files that a program wrote. */
function linesOf(home: string, program: string): Line[] {
  const folder = path.join(home, 'logs');
  return readdirSync(folder)
    .filter((name) => new RegExp(`^${program}-\\d{4}-\\d\\d-\\d\\d\\.jsonl$`).test(name))
    .flatMap((name) => parsed(readFileSync(path.join(folder, name), 'utf8')));
}

const quick = ['--steps', '2', '--no-upscale', '--topic', 'glossy 3d render of a red apple'];

/** A schedule with a job of two works that is run once, then stopped. */
async function runOnce(home: string, ...flags: string[]): Promise<string> {
  const daemon = cli(['schedule', 'start', '--home', home, ...flags], {
    onStart: (child) =>
      child.stderr?.once('data', () => {
        void cliSeries([
          ['schedule', 'add', 'daily', '09:00', '--batch', '2', ...quick, '--home', home],
          ['schedule', 'run-now', 'j1', '--wait', '--home', home],
        ]).then(() => child.kill('SIGTERM'));
      }),
  });
  const { code, stderr } = await daemon;
  assert.is(code, 0, stderr);
  return stderr;
}

suite('bin log', { timeoutMs: 120_000 }, (test) => {
  test('--trace --log-format json: every line is an object with one request id, the engine’s own lines too', async () => {
    const { code, stdout, stderr } = await cli(['create', 'an apple', '--steps', '2', '--no-upscale', '--trace', '--log-format', 'json']);
    assert.is(code, 0, stderr);
    assert.ok(existsSync(stdout.trim()));
    const lines = parsed(stderr);
    const ids = new Set(lines.map(({ requestId }) => requestId));
    assert.is(ids.size, 1);
    assert.ok(isUlid(String([...ids][0])));
    assert.ok(lines.filter(({ tag, command }) => tag === 'engine' && command === 'create').length > 5);
    assert.ok(lines.some(({ level, message }) => level === 'info' && /seed \d+/.test(String(message))));
  });

  test('the format follows NODE_ENV, the setting, the flag', async () => {
    const isJson = async (lines: readonly (readonly string[])[], env: Record<string, string> = {}): Promise<boolean[]> =>
      (
        await cliSeries(
          lines.map((args) => ['inspect', 'absent.png', ...args]),
          { env },
        )
      ).map(({ stderr }) => {
        if (!stderr.startsWith('{')) return false;
        const [line] = parsed(stderr);
        assert.equal([line?.['level'], (line?.['error'] as Line | undefined)?.['code']], ['error', 'ERR_READ']);
        return true;
      });
    const [asText, asJson] = [
      ['--log-format', 'text'],
      ['--set', 'log.format=json'],
    ];
    assert.equal(await isJson([[], asText, ['--set', 'log.format=text']], { NODE_ENV: 'production' }), [true, false, false]);
    assert.equal(await isJson([[], asJson, [...asJson, ...asText]]), [false, true, false]);
    const [wrong, usage] = await cliSeries([
      ['doctor', '--log-format', 'xml'],
      ['creat', '--log-format', 'json'],
    ]);
    assert.is(wrong?.code, 2);
    assert.match(wrong?.stderr ?? '', /log-format/);
    assert.is((parsed(usage?.stderr ?? '')[0]?.['error'] as Line | undefined)?.['code'], 'ERR_INVALID_ARGUMENT');
  });

  test('a schedule writes JSON lines into files of its home; each work has its own request id, also in the engine’s lines', async () => {
    const home = newHome();
    const stderr = await runOnce(home, '--debug');
    assert.match(stderr, /j1-now-\S+: done, 2 of 2 works/);
    const lines = linesOf(home, 'schedule');
    const done = lines.find(({ message }) => /: done, 2 of 2 works/.test(String(message)));
    assert.equal([done?.['job'], /^j1-now-/.test(String(done?.['run']))], ['j1', true]);
    const engine = lines.filter(({ tag }) => tag === 'engine');
    const tasks = new Map(engine.map(({ task, requestId }) => [task, requestId]));
    assert.is(tasks.size, 2, JSON.stringify(engine[0]));
    assert.is(new Set(tasks.values()).size, 2);
    for (const [task, id] of tasks) {
      assert.match(String(task), /^h[0-9a-z]{10}\.j1-now-.*-[01]$/);
      assert.ok(isUlid(String(id)));
    }
  });

  test('fatal errors and warnings of Node are in the files', async () => {
    const home = newHome();
    const text = `
      const { openCommandLog } = await import(${JSON.stringify(new URL('../../bin/shell/log.ts', import.meta.url).href)});
      const { loadConfig } = await import(${JSON.stringify(new URL('../../lib/config/index.ts', import.meta.url).href)});
      const { toFiles } = await openCommandLog({ 'log-format': 'json' }, loadConfig({ home: ${JSON.stringify(home)} }));
      await toFiles('schedule');
      process.emitWarning('a file was damaged');
      setTimeout(() => { throw new TypeError('a bug'); }, 50);`;
    const { status, stderr } = spawnSync(process.execPath, ['--import', typescript, '--input-type=module', '-e', text], {
      encoding: 'utf8',
    });
    assert.ok(status !== 0);
    const lines = linesOf(home, 'schedule');
    assert.equal(
      lines.map(({ level, message }) => [level, message]),
      [
        ['warn', 'a file was damaged'],
        ['error', 'the process ends: uncaughtException a bug'],
      ],
      stderr,
    );
    assert.is((lines[1]?.['error'] as Line | undefined)?.['name'], 'TypeError');
    assert.match(stderr, /^\{"time"/);
  });

  test('no files if the settings say so; an unwritable folder causes one warning, and the schedule continues', async () => {
    const startAndStop = (home: string): Promise<CliResult> =>
      cli(['schedule', 'start', '--home', home], { onStart: (child) => child.stderr?.once('data', () => child.kill('SIGTERM')) });
    const [silent, blocked] = [newHome('log: {files: false}\n'), newHome()];
    writeFileSync(path.join(blocked, 'logs'), 'a file where the folder should be');
    const [, told] = await Promise.all([startAndStop(silent), startAndStop(blocked)]);
    assert.not.ok(existsSync(path.join(silent, 'logs')));
    assert.is(told.code, 0, told.stderr);
    assert.is(told.stderr.match(/no log file can be written/g)?.length, 1, told.stderr);
  });

  test('a secret of the settings appears in no line and no document', async () => {
    const env = { AI_ARTIST__MODELS__TOKEN: 'verysecrettoken1', AI_ARTIST__QUEUE__URL: 'redis://artist:sesame99@127.0.0.1:1' };
    const lines = [
      ['worker', '--json', '--debug'],
      ['config', 'show', '--debug'],
      ['inspect', 'verysecrettoken1.png', '--json', '--trace'],
    ];
    for (const [index, { stdout, stderr }] of (await cliSeries(lines, { env })).entries())
      for (const secret of ['verysecrettoken1', 'sesame99'])
        assert.not.ok(`${stdout}${stderr}`.includes(secret), `${lines[index]?.join(' ')}: ${stdout}${stderr}`);
  });
});
