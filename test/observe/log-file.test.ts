import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../lib/core/index.ts';
import { LogFile, type LogFileOptions } from '../../lib/observe/index.ts';
import { program, sourceOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist log 🎨-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const day = 86_400_000;
let folders = 0;

function place(options: Partial<LogFileOptions> = {}) {
  const clock = new VirtualClock(Date.parse('2026-11-26T12:00Z'));
  const folder = path.join(scratch, `logs ${folders++}`);
  const told: string[] = [];
  const file = new LogFile({
    folder,
    name: 'schedule',
    clock,
    onTrouble: (error) => told.push(error ? error.message : 'well again'),
    ...options,
  });
  const say = (message: string): void => file.write({ time: clock.now(), type: 'info', tag: '', values: [message], scope: {} });
  const files = (): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);
  const messages = (name: string): unknown[] =>
    readFileSync(path.join(folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
  return { clock, folder, told, file, say, files, messages };
}

suite('log files', (test) => {
  test('one file a day, nothing before the first line', async () => {
    const { clock, say, files, messages } = place();
    assert.equal(files(), []);
    say('noon');
    await clock.advance(day);
    say('next noon');
    assert.equal(files(), ['schedule-2026-11-26.jsonl', 'schedule-2026-11-27.jsonl']);
    assert.equal(messages('schedule-2026-11-27.jsonl'), ['next noon']);
  });

  test('a file that would grow too large is followed by another; a restart goes on in the last one', () => {
    const { folder, say, files, clock } = place({ maxBytes: 400 });
    for (let i = 0; i < 10; i++) say('x'.repeat(100));
    assert.ok(files().length >= 4, files().join());
    for (const name of files()) assert.ok(readFileSync(path.join(folder, name)).length <= 400);
    const count = files().length;
    new LogFile({ folder, name: 'schedule', clock, maxBytes: 400 }).write({
      time: clock.now(),
      type: 'info',
      tag: '',
      values: ['y'],
      scope: {},
    });
    assert.ok(files().length <= count + 1);
    assert.is(files().filter((name) => name === 'schedule-2026-11-26.jsonl').length, 1);
    // A single line that is larger than a file is written all the same.
    const small = place({ maxBytes: 10 });
    small.say('longer than the file may be');
    assert.is(small.files().length, 1);
  });

  test('old files go, by age and by number; those of others stay', async () => {
    const { clock, folder, say, files } = place({ keepDays: 3, keepFiles: 100 });
    mkdirSync(folder, { recursive: true });
    for (const name of ['worker-2020-01-01.jsonl', 'notes.txt', 'schedule-old.jsonl']) writeFileSync(path.join(folder, name), '');
    for (let i = 0; i < 10; i++) {
      say(`day ${i}`);
      await clock.advance(day);
    }
    assert.equal(
      files().filter((name) => name.startsWith('schedule-2')),
      ['schedule-2026-12-02.jsonl', 'schedule-2026-12-03.jsonl', 'schedule-2026-12-04.jsonl', 'schedule-2026-12-05.jsonl'],
    );
    for (const name of ['worker-2020-01-01.jsonl', 'notes.txt', 'schedule-old.jsonl']) assert.ok(files().includes(name), name);
    const few = place({ keepFiles: 2 });
    for (let i = 0; i < 5; i++) {
      few.say(`day ${i}`);
      await few.clock.advance(day);
    }
    assert.is(few.files().length, 2);
  });

  test('a file that was moved or removed is made anew', async () => {
    const { clock, folder, say, files } = place();
    say('first');
    renameSync(path.join(folder, 'schedule-2026-11-26.jsonl'), path.join(folder, 'moved'));
    await clock.advance(6000);
    say('second');
    assert.equal(files(), ['moved', 'schedule-2026-11-26.jsonl']);
    rmSync(folder, { recursive: true });
    await clock.advance(6000);
    say('third');
    assert.equal(files(), ['schedule-2026-11-26.jsonl']);
  });

  test('where it cannot write it says so once, counts what is lost, and goes on when it can', async () => {
    const { clock, folder, told, say, messages } = place();
    writeFileSync(folder, 'a file where the folder should be');
    for (let i = 0; i < 5; i++) say(`lost ${i}`);
    await clock.advance(31_000);
    say('lost 5');
    assert.is(told.length, 1);
    assert.match(told[0] ?? '', /expected a place that can be written|file where a folder should be/);
    rmSync(folder);
    await clock.advance(31_000);
    say('there again');
    assert.is(told.length, 2);
    assert.is(told[1], 'well again');
    const [first, second] = messages('schedule-2026-11-26.jsonl');
    assert.match(String(first), /^6 lines since 2026-11-26T12:00:00\.000Z could not be written/);
    assert.is(second, 'there again');
  });

  test('a full disk: said once, the process lives on, later lines are whole', () => {
    const folder = path.join(scratch, 'full');
    const text = `
      import { LogFile } from ${sourceOf('lib/observe/index.ts')};
      import { truncateSync } from 'node:fs';
      let now = Date.parse('2026-11-26T12:00Z');
      process.on('SIGXFSZ', () => undefined);
      const file = new LogFile({ folder: ${JSON.stringify(folder)}, name: 'worker', clock: { now: () => now }, onTrouble: (error) => console.log(error ? 'trouble ' + error.code : 'well') });
      const say = (text) => file.write({ time: now, type: 'info', tag: '', values: [text], scope: {} });
      for (let i = 0; i < 200; i++) say(i + 'x'.repeat(500));
      truncateSync(file.path ?? ${JSON.stringify(path.join(folder, 'worker-2026-11-26.jsonl'))}, 0);
      now += 60000;
      say('after');
      console.log('lives');`;
    // A limit on the size of files stands for a disk that is full.
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, '--import', typescript, '--input-type=module', '-e', text],
      { encoding: 'utf8' },
    );
    assert.equal(stdout.trim().split('\n'), ['trouble ERR_DISK_FULL', 'well', 'lives'], stderr);
    const lines = readFileSync(path.join(folder, 'worker-2026-11-26.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const read = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    assert.match(String(read[0]), /lines since .* are lost/);
    assert.is(read[1], 'after');
  });

  test('two processes write into one file, every line whole', async () => {
    const folder = path.join(scratch, 'shared');
    // Less than either writes: what the other has written since is seen only every few seconds.
    const source = (name: string): string => `
      import { LogFile } from ${sourceOf('lib/observe/index.ts')};
      const file = new LogFile({ folder: ${JSON.stringify(folder)}, name: 'worker', maxBytes: 12000 });
      for (let i = 0; i < 300; i++) { file.write({ time: Date.now(), type: 'info', tag: '', values: ['${name} ' + i], scope: {} }); if (i % 20 === 0) await new Promise((r) => setTimeout(r, 1)); }`;
    await Promise.all([program(source('a')).ended, program(source('b')).ended]);
    const lines = readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').trimEnd().split('\n'));
    const messages = new Set(lines.map((line) => (JSON.parse(line) as { message: string }).message));
    assert.is(messages.size, 600);
    assert.ok(readdirSync(folder).length > 1);
  });
});
