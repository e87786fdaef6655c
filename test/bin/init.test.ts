import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ScheduleStore } from '../../lib/schedule/index.ts';
import { suite } from '../harness.ts';
import { cli, cliOnTerminal, cliSeries, jsonOf, scratch } from './support.ts';

const home = path.join(scratch, 'init-home');
const settings = (): string => readFileSync(path.join(home, 'config.yaml'), 'utf8');

suite('bin init', { timeoutMs: 120_000 }, (test) => {
  test('scripts: flags are the answers; without a terminal it names those that are missing', async () => {
    const [asked, wrong, day, network, done] = await cliSeries([
      ['init', '--model', 'sd-turbo', '--home', home],
      ['init', '--model', 'sd-turb', '--yes', '--home', home],
      ['init', '--schedule', 'daily 25:00', '--yes', '--home', home],
      ['init', '--publish', 'myspace', '--yes', '--home', home],
      ['init', '--model', 'sd-turbo', '--schedule', 'daily 09:00', '--publish', 'mastodon', '--home', home],
    ]);
    assert.is(asked?.code, 2);
    assert.match(asked?.stderr ?? '', /expected a terminal to ask in, got none\. Give --schedule, --publish, or --yes/);
    assert.match(wrong?.stderr ?? '', /ERR_MODEL_NOT_FOUND: --model: expected bundled, an alias .*Did you mean sd-turbo\?/);
    assert.match(day?.stderr ?? '', /ERR_INVALID_ARGUMENT: .*25:00/);
    assert.match(network?.stderr ?? '', /--publish: expected none or a network \(.*mastodon.*\), got "myspace"/);
    assert.is(done?.code, 0, done?.stderr);
    assert.is(
      done?.stdout,
      'ai-artist models pull sd-turbo\nai-artist create\nai-artist schedule start\nai-artist publish connect mastodon\n',
    );
    assert.match(settings(), /^model: sd-turbo$/m);
    assert.match(done?.stderr ?? '', /j1: daily 09:00; next /);
  });

  test('again: what is answered changes, what is not stays, with its comments; the same job is not added twice', async () => {
    writeFileSync(path.join(home, 'config.yaml'), '# mine\ncreate:\n  candidates: 2 # two\nmodel: sd-turbo\n');
    const result = await cli(['init', '--schedule', 'daily 09:00', '--yes', '--home', home, '--json']);
    assert.is(result.code, 0, result.stderr);
    assert.match(settings(), /^# mine\ncreate:\n {2}candidates: 2 # two\n/);
    const { job, model } = jsonOf(result) as { job?: string; model?: string };
    assert.equal([job, model], ['j1', 'sd-turbo']);
    const bundled = await cli(['init', '--model', 'bundled', '--yes', '--home', home]);
    assert.is(bundled.stdout, 'ai-artist create\n', bundled.stderr);
    assert.not.match(settings(), /^model:/m);
    assert.is((await new ScheduleStore(home).list()).length, 1);
  });

  test('a terminal: it offers models for this machine, asks again after a wrong answer, and keeps what is left empty', async () => {
    const own = path.join(scratch, 'init-terminal');
    const { code, stdout, stderr } = await cliOnTerminal(
      ['init', '--home', own],
      { columns: 100, rows: 40 },
      {
        answers: [
          [/Which model\?.* \[bundled\] /, 'sd-turb'],
          [/Did you mean sd-turbo[\s\S]*Which model\?.* \[bundled\] /, ''],
          [/When should it paint by itself\?.* \[none\] /, 'every 6h'],
          [/Publish to a network later\?.* \[none\] /, ''],
        ],
      },
    );
    assert.is(code, 0, stderr);
    assert.match(
      stderr,
      /bundled: small pictures, works at once\n[\w-]+: best for photos here, ~[\d.]+ GB to download, ~[\d.]+ \w+ a picture/,
    );
    assert.is(stdout, 'ai-artist create\nai-artist schedule start\n');
    const [job] = await new ScheduleStore(own).list();
    assert.equal(job?.timing, { kind: 'every', ms: 6 * 3_600_000 });
  });
});
