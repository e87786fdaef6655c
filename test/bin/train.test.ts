import { readdir, stat } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { trainFlags } from '../../bin/flags/train-flags.ts';
import { resolveOptions } from '../../lib/core/index.ts';
import { trainLoraOptions } from '../../lib/train/settings/options.ts';
import { suite } from '../harness.ts';
import type { PictureFolder } from '../train/support.ts';
import { tinyFolder } from '../train/tiny-run.ts';
import { type CliJson, type CliResult, cli, cliSeries, jsonOf } from './support.ts';

interface TrainJson extends CliJson {
  path: string;
  steps: number;
  tensorHash: string;
  files: { folder: string; samples: string[] };
}

suite('ai-artist train', (test) => {
  let folder: PictureFolder;
  const small = (name: string): string[] => [
    ...['train', folder.at('pictures'), '--licence', 'own', '--home', folder.at('home'), '--name', name],
    ...['--run-folder', folder.at(`runs/${name}`), '--resolution', '64', '--batch', '1', '--steps', '4', '--seed', '3', '--threads', '1'],
    ...['--rank', '2', '--targets', 'attention', '--sample-every', '0', '--checkpoint-every', '2'],
  ];

  test.before(async () => {
    folder = await tinyFolder();
  });
  test.after(() => folder.remove());

  test('prints the path of the LoRA, and shows loss and decisions on stderr', async () => {
    const { code, stdout, stderr } = await cli(small('plain'));
    assert.is(code, 0, stderr);
    assert.is(stdout.trim(), folder.at('home/loras/plain.safetensors'));
    assert.ok((await stat(stdout.trim())).size > 1000);
    assert.match(stderr, /3 pictures at 64x64; \d+ layers, [\d.]+ M parameters; [\d.]+ MB per step, on CPU\nrun: .*runs\/plain/);
    assert.match(stderr, /training: 50 % \(2\/4.*\), loss 0\.\d+/);
    assert.match(stderr, /paint with it: ai-artist create "…" --lora plain/);
  });

  test('a run folder with files in it: the advice is another --run-folder or to resume', async () => {
    const words = small('full');
    words[words.indexOf('--run-folder') + 1] = folder.at('pictures');
    const { code, stderr } = await cli(words);
    assert.is(code, 1);
    assert.match(stderr, /run-folder.*: expected an empty folder/i);
    assert.match(
      stderr,
      /\nGive another --run-folder, leave it out for a new one, or go on with that run: ai-artist train resume FOLDER$/m,
    );
    assert.not.match(stderr, /--out|--force/);
  });

  test('Ctrl-C keeps the progress; resume gives the same LoRA', async () => {
    const long = (name: string): string[] =>
      [...small(name), '--steps=20'].filter((word, at, all) => word !== '--steps' && all[at - 1] !== '--steps');
    const whole = jsonOf(await cli([...long('whole'), '--json'])) as TrainJson;
    assert.is(whole.steps, 20);
    const stopped = await cli(long('stopped'), {
      onStart: (child) =>
        child.stderr?.on('data', (text: string) => {
          if (text.includes('training: 10 %')) child.kill('SIGINT');
        }),
    });
    assert.is(stopped.code, 130, stopped.stderr);
    assert.match(stopped.stderr, /cancelled \(ERR_ABORTED\)/);
    const step = /kept up to step (\d+); go on with it: ai-artist train resume \S+runs\/stopped$/m.exec(stopped.stderr)?.[1];
    assert.ok(Number(step) >= 2, stopped.stderr);
    assert.ok((await readdir(folder.at('runs/stopped/checkpoints'))).length > 0);
    const resumed = await cli(['train', 'resume', folder.at('runs/stopped'), '--home', folder.at('home'), '--json']);
    assert.is((jsonOf(resumed) as TrainJson).tensorHash, whole.tensorHash);
  });

  test('runs of the home: list, resume by name, remove', async () => {
    const home = folder.at('runs-home');
    const line = (name: string): string[] => {
      const words = small(name).map((word, at, all) => (all[at - 1] === '--home' ? home : word));
      return words.filter((word, at) => word !== '--run-folder' && words[at - 1] !== '--run-folder');
    };
    const stopped = await cli(
      [...line('half'), '--steps=40'].filter((word, at, all) => word !== '--steps' && all[at - 1] !== '--steps'),
      {
        onStart: (child) =>
          child.stderr?.on('data', (text: string) => {
            if (text.includes('training: 10 %')) child.kill('SIGINT');
          }),
      },
    );
    const name = /go on with it: ai-artist train resume (half-\d{8}-\d{6})$/m.exec(stopped.stderr)?.[1] ?? '';
    assert.not.equal(name, '', stopped.stderr);
    // A run that is cancelled before its first step leaves nothing.
    let pressed = false;
    const early = await cli(line('early'), {
      onStart: (child) =>
        child.stderr?.on('data', (text: string) => {
          if (!pressed && text.includes('encoding')) pressed = child.kill('SIGINT');
        }),
    });
    assert.equal([early.code, await readdir(`${home}/training`)], [130, [name]], early.stderr);
    const whole = await cli(line('whole'));
    assert.is(whole.code, 0, whole.stderr);
    assert.match(whole.stderr, /whole: 4 steps in \d+(?:\.\d+)? s \(\d+(?:\.\d+)? s in all\), loss/);
    const [list, latest, wrong, removed, path, after] = await cliSeries(
      [
        ['train', 'list'],
        ['train', 'resume', 'latest', '--json'],
        ['train', 'resume', 'whole', '--json', '--quiet'],
        ['train', 'remove', name],
        ['train', 'remove', folder.at('pictures'), '--json', '--quiet'],
        ['train', 'list', '--json'],
      ].map((words) => [...words, '--home', home]),
    );
    assert.match(list?.stdout ?? '', /^whole-\d{8}-\d{6} .*LoRA whole: finished\nhalf-\d{8}-\d{6} .*LoRA half: stopped at \d+ of 40\n$/);
    assert.is((jsonOf(latest as CliResult) as TrainJson).steps, 40);
    assert.match(String(jsonOf(wrong as CliResult).error?.message), /to resume, got "whole"\. All of them are finished/);
    assert.is(removed?.stdout, `${home}/training/${name}\n`);
    assert.is(jsonOf(path as CliResult).error?.code, 'ERR_INVALID_ARGUMENT');
    const { runs } = jsonOf(after as CliResult) as unknown as { runs: { lora: string; finished: boolean }[] };
    assert.equal(
      runs.map(({ lora, finished }) => [lora, finished]),
      [['whole', true]],
    );
    assert.ok((await stat(`${home}/loras/half.safetensors`)).size > 1000);
  });

  test('the sub-commands of train take only their own options', async () => {
    const results = await cliSeries([
      ['train', 'resume', 'latest', '--steps', '300'],
      ['train', 'selftest', '--steps', '5'],
      ['train', 'caption', folder.at('pictures'), '--optimizer', 'lion'],
      ['train', 'list', '--rank', '3'],
      ['train', 'resume', '--help'],
    ]);
    for (const [at, option] of ['--steps', '--steps', '--optimizer', '--rank'].entries()) {
      assert.is(results[at]?.code, 2, results[at]?.stderr);
      assert.match(results[at]?.stderr ?? '', new RegExp(`${option}: unknown option`));
    }
    assert.not.match(results[4]?.stdout ?? '', /--optimizer|--steps|folder:/);
  });

  test('without a licence the message is short and ends with what to do; all names are in --json', async () => {
    for (let at = 0; at < 8; at++) await folder.picture(`many/p${at}.png`, { seed: 20 + at });
    const line = ['train', folder.at('many'), '--home', folder.at('home')];
    const [text, json] = await cliSeries([line, [...line, '--json', '--quiet']]);
    const lines = (text?.stderr ?? '').trim().split('\n');
    assert.ok(lines.filter((line) => !line.startsWith('reading pictures')).length <= 4, text?.stderr);
    assert.match(lines.at(-1) ?? '', /--licence own/);
    assert.is((jsonOf(json as CliResult).error as { details?: string[] }).details?.length, 8);
  });

  test('wrong usage is reported before anything is read', async () => {
    const lines: [words: string[], code: number, message: RegExp][] = [
      [['train'], 2, /folder: expected a folder with pictures, got none/],
      [['train', 'x', '--steps', '0'], 2, /--steps: expected a number of at least 1, got 0/],
      [['train', 'x', '--optimizer', 'sgd'], 2, /--optimizer: expected one of adamw, lion, adafactor, prodigy, got "sgd"/],
      [['train', 'x', '--patience', '2'], 2, /--patience: expected --validation beside it/],
      [['train', 'x', '--noise-min', '2'], 2, /--noise-min: expected a number of at most 1, got 2/],
      [['train', 'x', '--rnak', '2'], 2, /--rnak: unknown option\. Did you mean --rank\?/],
      [['train', 'resum'], 2, /Did you mean resume\?/],
      [['train', 'resume'], 2, /run: expected a value, got none/],
      [['train', 'resume', folder.at('pictures')], 1, /ERR_RESUME: .*expected the folder of a training run/],
      [['train', folder.at('nothing'), '--licence', 'own'], 1, /ERR_READ: .*nothing/],
      [['train', folder.at('pictures'), '--home', folder.at('home')], 1, /ERR_LICENCE/],
    ];
    const results = await cliSeries(lines.map(([words]) => words));
    for (const [at, { code, stderr, stdout }] of results.entries()) {
      const [words, expected, message] = lines[at] ?? [[], 0, /$/];
      assert.is(code, expected, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
      assert.is(stdout, '');
    }
  });

  test('every flag reaches an option of trainLora()', () => {
    const parts = ['diffusion-model', 'clip-l', 'clip-g', 't5xxl', 'llm', 'vae', 'tae'];
    const values = {
      ...{
        preset: 'subject',
        steps: 10,
        'batch-size': 2,
        accumulation: 2,
        optimizer: 'lion',
        'learning-rate': 1e-4,
        'text-learning-rate': 1e-5,
      },
      ...{ schedule: 'linear', warmup: 1, 'weight-decay': 0.1, 'clip-norm': 2, ema: 0.9, seed: 3, trigger: 'x', licence: 'own' },
      ...{
        'non-commercial': true,
        'skip-unusable': true,
        resolution: 128,
        buckets: false,
        enlarge: false,
        'max-upscale': 3,
        crop: 'random',
      },
      ...{
        crops: 2,
        flip: true,
        'alpha-mask': true,
        'caption-prefix': '',
        'caption-suffix': 'y',
        'caption-dropout': 0.1,
        'shuffle-tags': true,
      },
      ...{ 'keep-tokens': 1, 'tag-dropout': 0.1, kind: 'lokr', rank: 4, alpha: 2, targets: 'conv', include: ['a*'], exclude: ['b'] },
      ...{ 'conv-rank': 2, 'conv-alpha': 1, factor: 4, dropout: 0.1, 'text-encoder': true, unet: false, 'noise-sampling': 'uniform' },
      ...{ 'noise-mean': 0, 'noise-deviation': 1, 'noise-min': 0.1, 'noise-max': 0.9, 'noise-shift': 3, 'noise-offset': 0.1 },
      ...{
        'input-perturbation': 0.1,
        'min-snr': 5,
        huber: 0.1,
        'class-prompt': 'a dog',
        'class-folder': 'c',
        'class-count': 3,
        'prior-weight': 1,
      },
      ...{
        validation: 0.1,
        'validation-every': 5,
        'validation-levels': 2,
        patience: 2,
        'min-delta': 0.1,
        'sample-every': 5,
        sample: ['an owl'],
      },
      ...{ 'sample-seed': 1, 'sample-steps': 4, 'sample-cfg-scale': 3, name: 'n', out: 'o.safetensors', force: true, 'saved-type': 'f16' },
      ...{
        'run-folder': 'r',
        'checkpoint-every': 2,
        'checkpoint-keep': 1,
        'weight-type': 'q8_0',
        'tensor-type-rule': [['x', 'f16']],
        prediction: 'v',
      },
      ...{ threads: 1, backend: 'CPU', 'params-backend': 'CPU', checkpointing: 'fine' },
      ...Object.fromEntries(parts.map((part) => [part, 'file'])),
    };
    assert.equal([...Object.keys(values), 'model'].sort(), Object.keys(trainFlags.flags).sort());
    const options = trainFlags.optionsOf(values as never);
    const resolved = resolveOptions('trainLora', trainLoraOptions, { data: 'x', ...options });
    assert.is(resolved.noUpscale, true);
    assert.equal(resolved.optimizer, { kind: 'lion', weightDecay: 0.1 });
    assert.equal(resolved.tensorTypeRules, { x: 'f16' });
    assert.equal(
      resolveOptions('trainLora', trainLoraOptions, { data: 'x', ...trainFlags.optionsOf({ 'weight-decay': 0.2 } as never) }).optimizer,
      { kind: 'adamw', weightDecay: 0.2 },
    );
    for (const [flag, path] of trainFlags.paths) {
      const value = path
        .split('.')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], { ...resolved, model: 'm' });
      assert.ok(value !== undefined, `--${flag} does not reach ${path}`);
    }
  });
});
