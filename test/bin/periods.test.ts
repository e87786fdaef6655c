import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { type CliResult, cliSeries, jsonOf, scratch } from './support.ts';

suite('bin periods', { timeoutMs: 240_000 }, (test) => {
  const home = path.join(scratch, 'periods');
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'config.yaml'), 'paint: {steps: 1, width: 64, height: 64}\ncreate: {upscale: false}\n');
  const series = (lines: string[][]) => cliSeries(lines.map((line) => [...line, '--home', home]));

  test('period: start, list, show, a work, retrospective, end', async () => {
    const results = await series([
      [
        'period',
        'start',
        'ink',
        '--style',
        'black ink drawing',
        '--topic',
        'forest scene',
        '--works',
        '9',
        '--hypothesis',
        'It holds',
        '--claim',
        'consistency > 0.1',
      ],
      ['period', 'start', 'later', '--after', 'ink', '--json'],
      ['create', '--json'],
      ['period', 'list'],
      ['period', 'show', '--json'],
      ['period', 'retrospective'],
      ['period', 'end', '--json'],
      ['period', 'show'],
    ]);
    for (const { code, stderr } of results) assert.is(code, 0, stderr);
    const [started, later, , listed, shown, looked, ended, next] = results as [
      CliResult,
      CliResult,
      CliResult,
      CliResult,
      CliResult,
      CliResult,
      CliResult,
      CliResult,
    ];
    assert.is(started.stdout, 'p1\n');
    assert.match(started.stderr, /claim +consistency above 0\.1/);
    assert.is((jsonOf(later)['period'] as { state: string }).state, 'planned');
    assert.match(listed.stdout, /^p1 +current .* ink\np2 +planned .* later\n$/);
    const period = jsonOf(shown)['period'] as Record<string, unknown>;
    assert.equal([period['name'], period['ends'], period['endedAt']], ['ink', [{ works: 9 }], null]);
    assert.match(looked.stdout, /works +1\n(.*\n)*claim .*it could not be measured/);
    assert.is((jsonOf(ended)['period'] as { endedBy: string }).endedBy, 'by hand');
    assert.is((jsonOf(ended)['retrospective'] as { facts: { works: number } }).facts.works, 1);
    assert.match(next.stdout, /^p2 +current/);
  });

  // A day and an hour apart: it is never the same day in both.
  for (const [TZ, until] of [
    ['Pacific/Kiritimati', '2031-03-02 02:00 +14:00'],
    ['Pacific/Pago_Pago', '2031-03-01 01:00 -11:00'],
  ] as const)
    test(`period, gallery stats, serve token: days and times are those of ${TZ}; --json is UTC`, async () => {
      const place = path.join(scratch, TZ.replace('/', '-'));
      const lines = [
        ['period', 'start', 'far', '--until', '2031-03-01T12:00Z'],
        ['period', 'show', '--json'],
        ['period', 'show'],
        ['period', 'retrospective'],
        ['create', 'an owl', '--set', 'paint.steps=1', '--set', 'create.upscale=false', '--json'],
        ['gallery', 'stats'],
        ['serve', 'token', 'create', 'page', '--scope', 'read'],
        ['serve', 'token', 'list', '--json'],
        ['serve', 'token', 'list'],
      ];
      const results = await cliSeries(lines, { env: { TZ, AI_ARTIST_HOME: place } });
      for (const { code, stderr } of results) assert.is(code, 0, stderr);
      const said = (words: string): CliResult => results[lines.findIndex((line) => line.join(' ') === words)] as CliResult;
      const shown = said('period show').stdout;
      const looked = said('period retrospective').stdout;
      const listed = said('serve token list').stdout;
      const days = new Intl.DateTimeFormat('en-CA', { timeZone: TZ });
      const { startedAt, ends } = jsonOf(said('period show --json'))['period'] as { startedAt: string; ends: unknown };
      assert.equal(ends, [{ at: '2031-03-01T12:00:00.000Z' }]);
      assert.match(startedAt, /Z$/);
      const day = days.format(Date.parse(startedAt));
      assert.ok(shown.startsWith(`p1   current  ${day} to –  far\n`), shown);
      assert.ok(shown.includes(`ends         until ${until}\n`), shown);
      assert.ok(looked.includes(`time         ${day} to `), looked);
      const [{ createdAt }] = jsonOf(said('serve token list --json'))['tokens'] as [{ createdAt: string }];
      assert.match(createdAt, /Z$/);
      assert.ok(listed.includes(`made ${days.format(Date.parse(createdAt))}`), listed);
      assert.match(said('gallery stats').stdout, new RegExp(`^painted or imported from ${day.slice(0, 4)}-\\d\\d-\\d\\d to `, 'm'));
    });

  test('series: start, paint, show, list, end', async () => {
    const results = await series([
      ['series', 'start', 'owls', '--subject', 'an owl', '--style', 'black ink drawing', '--style', 'retro cartoon', '--works', '2'],
      ['series', 'paint', 'owls', '--count', '1', '--json'],
      ['series', 'paint', 's1'],
      ['series', 'show', 'owls', '--json'],
      ['series', 'list'],
      ['series', 'end', 'owls'],
    ]);
    for (const { code, stderr } of results) assert.is(code, 0, stderr);
    assert.equal([jsonOf(results[1] as CliResult)['missing'], (results[2] as CliResult).stdout.trim().split('\n').length], [1, 1]);
    const shown = jsonOf(results[3] as CliResult)['series'] as { painted: number; ids: string[] };
    assert.equal([shown.painted, shown.ids.length], [2, 2]);
    assert.match((results[4] as CliResult).stdout, /^s1 +2 of 2 +owls/);
  });

  test('proposal: an empty list, and unknown ids', async () => {
    const [listed, adopted, rolled] = (await series([
      ['proposal', 'list', '--json'],
      ['proposal', 'adopt', 'l1'],
      ['proposal', 'rollback'],
    ])) as [CliResult, CliResult, CliResult];
    assert.equal(jsonOf(listed), { proposals: [], adopted: [] });
    assert.match(adopted.stderr, /ERR_NOT_FOUND: "l1": no such proposal/);
    assert.match(rolled.stderr, /ERR_NOT_FOUND: rollback: expected an adopted proposal/);
    assert.equal([adopted.code, rolled.code], [1, 1]);
  });

  test('wrong usage: exit 2 and the flag, or that there is none', async () => {
    const wrong: [string[], RegExp][] = [
      [['period', 'start', 'x', '--topic', 'nothing'], /--topic: expected one of nature landscape/],
      [['period', 'start', 'x', '--until', 'soon'], /--until: expected a date/],
      [['period', 'start', 'x', '--claim', 'novelty > 1'], /--claim: expected --hypothesis with it/],
      [['period', 'start', 'x', '--hypothesis', 'x', '--claim', 'nice'], /--claim: expected one of consistency/],
      [['period', 'start', 'x', '--after', 'p1', '--works', '0'], /expected/],
      [['series', 'start', 'x', '--subject', 'a', '--topic', 'b'], /--topic: expected to be left out/],
      [['series', 'start', 'x', '--works', '0'], /--works: expected/],
      [['proposal', 'make', '--fewest', '4'], /expected at least 4 of its own works rated 4 or 5 or starred, got 0/],
      [['proposal', 'make', '--weight', '0'], /--weight: expected/],
      [['series', 'paint', 'owls', '--count', '0'], /--count: expected/],
    ];
    const results = await series(wrong.map(([line]) => line));
    for (const [index, [line, message]] of wrong.entries()) {
      assert.is(results[index]?.code, 2, `${line.join(' ')}: ${results[index]?.stderr}`);
      assert.match(results[index]?.stderr ?? '', message);
    }
  });
});
