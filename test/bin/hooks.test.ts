/** Hooks as the command line calls them, with processes of their own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { cli, jsonOf, scratch } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const node = JSON.stringify(process.execPath);
const quick = 'paint: {steps: 1, width: 64, height: 64}\ncreate: {upscale: false}\n';
let homes = 0;
function homeWith(on: string): string {
  const home = path.join(scratch, `hooks ${homes++}`);
  mkdirSync(home);
  writeFileSync(path.join(home, 'config.yaml'), `${quick}${on}\n`);
  return home;
}
const append = `require('fs').appendFileSync('told.txt', process.env.AI_ARTIST_ABOUT + '\\n')`;

suite('bin hooks', { timeoutMs: 240_000 }, (test) => {
  test('two processes on one home: one call for each work', async () => {
    const home = homeWith(`on: {work: [[${node}, -e, ${JSON.stringify(append)}]]}`);
    const env = { AI_ARTIST_HOME: home };
    const runs = await Promise.all(['a fox', 'an owl'].map((prompt) => cli(['create', prompt, '--json'], { env })));
    for (const run of runs) assert.is(run.code, 0, run.stderr);
    const told = readFileSync(path.join(home, 'told.txt'), 'utf8').trim().split('\n');
    assert.equal(told.sort(), runs.map((run) => String(jsonOf(run)['id'])).sort());
  });

  test('a hook that paints: its own work calls none', async () => {
    const program = JSON.stringify(path.join(root, 'dist/esm/bin/ai-artist.js'));
    const home = homeWith(`on: {work: [[${node}, ${program}, create, a hare]]}`);
    const env = { AI_ARTIST_HOME: home };
    const run = await cli(['create', 'a fox'], { env });
    assert.is(run.code, 0, run.stderr);
    const list = jsonOf(await cli(['gallery', 'list', '--json'], { env }));
    assert.is((list['works'] as unknown[]).length, 2);
    const status = jsonOf(await cli(['status', '--json', '--no-disk'], { env }));
    assert.is((status['hooks'] as { called: number }).called, 1);
  });

  test('a failing hook fails no run of the schedule; history and status show it', async () => {
    const home = homeWith(`on: {work: [[${node}, -e, "process.exit(4)"]]}`);
    const env = { AI_ARTIST_HOME: home };
    await cli(['schedule', 'add', 'daily', '09:00', '--topic', 'a fox'], { env });
    const run = await cli(['schedule', 'run-now', 'j1'], { env });
    assert.is(run.code, 0, run.stderr);
    assert.match(run.stderr, /on\.work 1, .*: work\.filed \w+: exit status 4/);
    const history = await cli(['schedule', 'history'], { env });
    assert.match(history.stdout, /j1 +done .*; hook on\.work 1, .*: exit status 4/);
    const { runs } = jsonOf(await cli(['schedule', 'history', '--json'], { env })) as unknown as {
      runs: { hooks: { state: string; status: number }[] }[];
    };
    assert.equal([runs[0]?.hooks[0]?.state, runs[0]?.hooks[0]?.status], ['failed', 4]);
    const status = await cli(['status', '--no-disk'], { env });
    assert.match(status.stdout, /^hooks +1 called, 1 failed$/m);
    assert.match(status.stdout, /^last hook that failed .*exit status 4$/m);
  });

  test('a setting that is no hook is refused with its line', async () => {
    const home = homeWith('on: {work: [echo hello]}');
    const run = await cli(['config', 'check'], { env: { AI_ARTIST_HOME: home } });
    assert.is(run.code, 1);
    assert.match(run.stderr, /config\.yaml:3: on\.work\.0: expected a list of words, the address of a webhook/);
  });
});
