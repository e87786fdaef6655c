/** `bench` on this machine: a result file, Ctrl-C, and a comparison of two runs. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal, is, match, not, ok } from 'uvu/assert';
import { type BenchResult, type Comparison, figuresOf } from '../../lib/bench/index.ts';
import { styleLora } from '../engine/support.ts';
import { suite } from '../harness.ts';
import { cli, scratch } from './support.ts';

const models = path.resolve('models');
const [bundled, clip] = [path.join(models, 'mini.gguf'), path.join(models, 'mini-clip.safetensors')];
const tae = path.join(models, 'mini-tae.safetensors');
const lora = path.join(scratch, 'style.safetensors');
writeFileSync(lora, styleLora(0.1));
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
    for (const name of ['train/mini-128', 'gallery/works-2000']) {
      const { code, stdout, stderr } = await cli(['bench', '--task', name, '--repeats', '1', '--json'], { env });
      is(code, 0, stderr);
      const [task] = (JSON.parse(stdout) as BenchResult).tasks;
      if (!task) throw new Error(`${name}: expected a task, got none`);
      const parts = task.repeats[0]?.parts ?? {};
      equal([task.status, Object.keys(parts)], ['done', name === 'train/mini-128' ? ['steps'] : ['file', 'search', 'page']]);
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

  test('figures are shown although the result file cannot be written at the end', async () => {
    const file = at('late.json');
    const { code, stdout, stderr } = await cli(['bench', 'clip', '--repeats', '2', '--out', file], {
      onStart: (child) => child.stderr?.once('data', () => writeFileSync(file, 'of another program')),
    });
    equal([code, readFileSync(file, 'utf8')], [1, 'of another program'], stderr);
    match(stdout, /clip\/mini-8 +pictures/);
    match(stderr, /ERR_ALREADY_EXISTS: .*late\.json/);
    not.match(stderr, /wrote/);
  });

  test('a task that was asked for and that the machine cannot do is a failure, and no other way is offered', () => {
    if (process.platform === 'win32') return;
    const program = path.resolve('dist/esm/bin/ai-artist.js');
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 100000; exec "$0" "$@"', process.execPath, program, 'bench', '--task', 'paint/sd15-256', '--repeats', '1'],
      { encoding: 'utf8', env: { ...process.env, AI_ARTIST_HOME: at('small'), NODE_V8_COVERAGE: '' } },
    );
    is(status, 1, stderr);
    match(stdout, /paint\/sd15-256 skipped: ERR_DISK_FULL/);
    not.match(stdout, /measured all the same/);
  });

  test('a model of its own is measured in place of the suite, with its hash and its operations', async () => {
    const { code, stdout, stderr } = await cli([
      'bench',
      '--model',
      bundled,
      '--tae',
      tae,
      '--steps',
      '2',
      '--width',
      '64',
      '--height',
      '64',
      '--repeats',
      '2',
      '--json',
    ]);
    is(code, 0, stderr);
    const { tasks, probe } = JSON.parse(stdout) as BenchResult;
    const [task] = tasks;
    is(tasks.length, 1);
    match(task?.id ?? '', /^paint\/[0-9a-f]{12}-64x64-2$/);
    equal(
      [task?.recipe['kind'], task?.recipe['steps'], task?.recipe['sha256']],
      ['SDXS (512-DS) checkpoint', 2, createHash('sha256').update(readFileSync(bundled)).digest('hex')],
    );
    const [one, two] = task?.repeats ?? [];
    ok((one?.operations ?? 0) > 1e8 && one?.operations === two?.operations, `${one?.operations} ${two?.operations}`);
    // Each repeat encodes a text of its own.
    ok((two?.parts['encode'] ?? 0) > 0.001, `${two?.parts['encode']} s`);
    const products = probe?.products ?? [];
    ok(products.some(({ type }) => type === 'f32') && products.some(({ type }) => type === 'f16'));
    ok(products.every(({ tflops }) => tflops > 1e-4 && tflops < 1e4));
  });

  test('random weights: Ctrl-C while they are written leaves none; they are listed and removed', async () => {
    const folder = path.join(scratch, 'home', 'cache', 'bench-weights');
    const begun = (): boolean => existsSync(folder) && readdirSync(folder).some((name) => name.includes('sd15-f16'));
    const stopped = await cli(['bench', '--task', 'paint/sd15-256', '--repeats', '1', '--out', at('stopped.json')], {
      onStart: (child) => {
        const watch = setInterval(() => {
          if (!begun() && child.exitCode === null) return;
          clearInterval(watch);
          child.kill('SIGINT'); // once: a second one ends it at once
        }, 20);
      },
    });
    const { bavail, bsize } = statfsSync(scratch);
    if (bavail * bsize < 4e9) {
      // 2.1 GB would be written, and 1 GB stays free.
      match(stopped.stdout, /paint\/sd15-256 skipped: ERR_DISK_FULL/);
      return;
    }
    equal([stopped.code, stopped.signal], [130, null], stopped.stderr);
    equal(read('stopped.json').isPartial, true);
    equal(
      readdirSync(folder).filter((name) => name.startsWith('random-')),
      [],
    );
    writeFileSync(path.join(folder, 'random-sd15-f16.gguf'), Buffer.alloc(3_000_000));
    const listed = await cli(['bench', 'weights']);
    match(listed.stdout, /random-sd15-f16\.gguf +0\.00 GB +sd15/);
    const cleaned = await cli(['bench', 'weights', '--clean', '--json']);
    equal([cleaned.code, (JSON.parse(cleaned.stdout) as { bytes: number }).bytes], [0, 3_000_000]);
    match((await cli(['bench', 'weights'])).stdout, /no random weights/);
  });

  test('what cannot be measured is said before anything is', async () => {
    const wrong: [string[], number, RegExp][] = [
      [['bench', 'speed'], 2, /what: expected one of standard, paint/],
      [['bench', 'clip', '--suite', 'paint'], 2, /--suite: expected one suite, got clip and paint/],
      [['bench', '--repeats', '0'], 2, /repeats: expected an integer from 1 to 1000, got 0/],
      [['bench', '--task', 'paint/sdxl'], 2, /--task: expected one of paint\/mini-128, .* Did you mean paint\/sdxl-1024/],
      [['bench', 'clip', '--task', 'clip/mini-8'], 2, /--task: expected no suite beside it/],
      [['bench', '--steps', '4'], 2, /--steps: expected a model or --diffusion-model beside it/],
      [['bench', '--model', clip], 1, /ERR_MODEL_FORMAT: --model: expected a checkpoint, got a CLIP/],
      [['bench', '--model', lora], 1, /ERR_MODEL_FORMAT: --model: expected a checkpoint, got a LoRA/],
      [['bench', '--model', at('none.gguf')], 1, /ERR_MODEL_NOT_FOUND/],
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
