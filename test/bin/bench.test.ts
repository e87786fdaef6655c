/** `bench` on this machine: a result file, Ctrl-C, and a comparison of two runs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal, is, match, ok } from 'uvu/assert';
import { type BenchResult, type Comparison, figuresOf } from '../../lib/bench/index.ts';
import { suite } from '../harness.ts';
import { cli, scratch } from './support.ts';

const at = (name: string): string => path.join(scratch, name);
const read = (name: string): BenchResult => JSON.parse(readFileSync(at(name), 'utf8')) as BenchResult;

suite('bench', { timeoutMs: 120_000 }, (test) => {
  test('measures, writes a result file and compares it with another run', async () => {
    const first = await cli(['bench', 'clip', '--repeats', '3', '--threads', '1', '--label', 'first', '--out', at('first.json')]);
    is(first.code, 0, first.stderr);
    match(first.stdout, /clip\/mini-8 +pictures +[\d.]+ \[[\d.]+, [\d.]+\] +1\/s/);
    const { tasks, engine, isPartial, machine } = read('first.json');
    equal([tasks.length, tasks[0]?.repeats.length, engine, isPartial], [1, 3, { threads: 1 }, false]);
    ok(machine.cores >= 1 && machine.devices.length >= 1 && (tasks[0]?.loadSeconds ?? 0) > 0);
    for (const { seconds, cpuSeconds, peakBytes } of tasks[0]?.repeats ?? [])
      ok(seconds > 0 && cpuSeconds > 0 && cpuSeconds < seconds * machine.threads * 1.2 && peakBytes > 20e6);

    const second = await cli(['bench', '--suite', 'clip', '--repeats', '1', '--json']);
    is(second.code, 0, second.stderr);
    writeFileSync(at('second.json'), second.stdout);
    const compared = await cli(['bench', 'compare', at('first.json'), at('second.json'), '--json', '--out', at('report.html')]);
    is(compared.code, 0, compared.stderr);
    const { names, lines } = JSON.parse(compared.stdout) as Comparison;
    is(names[0], 'first');
    ok(lines.every(({ cells }) => cells.length === 2 && cells.every((cell) => cell !== undefined && cell.ratio > 0)));
    match(readFileSync(at('report.html'), 'utf8'), /<svg/);
  });

  test('training and a gallery are measured, and nothing of theirs remains', async () => {
    const temporary = at('temporary');
    mkdirSync(temporary);
    const env = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    for (const name of ['train', 'gallery']) {
      const { code, stdout, stderr } = await cli(['bench', name, '--repeats', '1', '--json'], { env });
      is(code, 0, stderr);
      const [task] = (JSON.parse(stdout) as BenchResult).tasks;
      if (!task) throw new Error(`${name}: expected a task, got none`);
      const parts = task.repeats[0]?.parts ?? {};
      equal([task.status, Object.keys(parts)], ['done', name === 'train' ? ['steps'] : ['file', 'search', 'page']]);
      ok(Object.values(parts).every((seconds) => seconds > 0));
      ok(figuresOf(task).length >= 4);
    }
    equal(
      readdirSync(temporary).filter((name) => name.startsWith('ai-artist-bench-')),
      [],
    );
  });

  test('Ctrl-C keeps what was measured, marked as partial', async () => {
    const { code, stderr } = await cli(['bench', 'clip', '--repeats', '1000', '--out', at('partial.json')], {
      onStart: (child) => {
        child.stderr?.on('data', (text: Buffer) => {
          if (/measuring: [1-9]/.test(text.toString())) child.kill('SIGINT');
        });
      },
    });
    is(code, 130, stderr);
    await sleep(0);
    const { isPartial, tasks } = read('partial.json');
    equal([isPartial, tasks[0]?.status], [true, 'partial']);
    ok((tasks[0]?.repeats.length ?? 0) >= 1);
    match(stderr, /interrupted/);
  });

  test('what cannot be measured is said before anything is', async () => {
    const wrong: [string[], number, RegExp][] = [
      [['bench', 'speed'], 2, /what: expected one of standard, paint/],
      [['bench', 'clip', '--suite', 'paint'], 2, /--suite: expected one suite, got clip and paint/],
      [['bench', '--repeats', '0'], 2, /repeats: expected an integer from 1 to 1000, got 0/],
      [['bench', '--out', at('result.txt')], 2, /--out: expected a name ending in \.json/],
      [['bench', 'compare', at('first.json')], 2, /expected at least 2 results, got 1/],
      [['bench', 'compare', at('first.json'), at('none.json')], 1, /ERR_READ/],
    ];
    for (const [line, status, said] of wrong) {
      const { code, stderr } = await cli(line);
      is(code, status, stderr);
      match(stderr, said);
    }
    const gone = await cli(['bench', 'clip', '--repeats', '1', '--backend', 'CUDA9', '--out', at('gone.json')]);
    is(gone.code, 1, gone.stderr);
    match(gone.stdout, /clip\/mini-8 failed: ERR_NO_DEVICE/);
    ok(existsSync(at('gone.json')));
  });
});
