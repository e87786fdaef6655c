import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Flag } from '../../bin/flags/flags.ts';
import { readNeed } from '../../bin/shell/conditions.ts';
import { bundledUpscaler } from '../../lib/engine/paint/weights.ts';
import { suite } from '../harness.ts';
import { type AnyCommand, type CliResult, cliSeries, everyCommand, scratch } from './support.ts';

/** A valid value of the option. */
function anyValue({ shape, choices, read }: Flag<unknown>, name: string): string[] {
  if (shape === 'switch') return [`--${name}`];
  for (const value of [...(choices ?? []).filter((one) => one !== 'disabled' && one !== 'none'), '1', 'x', 'x=1'])
    try {
      read(value, name);
      return [`--${name}`, value];
    } catch {}
  throw new Error(`${name}: no value found`);
}

const begin = ({ words, required }: AnyCommand): string[] => [...words, ...required.map(() => 'x')];

suite('bin conditions', { timeoutMs: 240_000 }, (test) => {
  test('every option that requires another is refused without it, and the message names both', async () => {
    const lines: { line: string[]; message: RegExp }[] = [];
    for (const each of await everyCommand())
      for (const [option, wanted] of Object.entries(each.command.needs)) {
        const need = readNeed(wanted);
        const flag = each.command.flags[option];
        assert.ok(flag && each.command.flags[need.option], `${each.words.join(' ')}: --${option} needs --${need.option}`);
        const message = new RegExp(`--${option}: expected --${need.option}.* beside it, got none\\. Without it this has no effect`);
        lines.push({ line: [...begin(each), ...anyValue(flag, option)], message });
      }
    assert.ok(lines.length > 35, String(lines.length));
    const results = await cliSeries(lines.map(({ line }) => line));
    for (const [index, { line, message }] of lines.entries()) {
      const { code, stderr } = results[index] as CliResult;
      assert.is(code, 2, `${line.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
      assert.not.match(stderr, /loading/);
    }
  });

  test('an option whose description names a requirement has that condition', async () => {
    for (const { words, command } of await everyCommand())
      for (const [option, { describe }] of Object.entries(command.flags)) {
        const [, needed] = /\b(?:Needs|With) --([\w-]+)/.exec(describe) ?? [];
        // Some model families take --control without a ControlNet, so lib decides.
        if (needed === undefined || needed === 'control-net') continue;
        assert.is(command.needs[option]?.split('=')[0], needed, `${words.join(' ')} --${option}: ${describe}`);
      }
  });

  test('an option is refused together with another that replaces it', async () => {
    const lines: { line: string[]; message: RegExp }[] = [];
    for (const each of await everyCommand())
      for (const [option, others] of Object.entries(each.command.replaced))
        for (const other of others) {
          const [flag, second] = [each.command.flags[option], each.command.flags[other]];
          assert.ok(flag && second, `${option}, ${other}`);
          lines.push({
            line: [...begin(each), ...anyValue(flag, option), ...anyValue(second, other)],
            message: new RegExp(`--${other}: expected to be left out beside --${option}, which replaces it`),
          });
        }
    assert.ok(lines.length >= 7, String(lines.length));
    const results = await cliSeries(lines.map(({ line }) => line));
    for (const [index, { line, message }] of lines.entries()) {
      const { code, stderr } = results[index] as CliResult;
      assert.is(code, 2, `${line.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }
  });

  test('faults of files, sizes, LoRAs and pictures are reported before anything is loaded, with the name of the argument', async () => {
    writeFileSync(path.join(scratch, 'text.png'), 'no picture');
    writeFileSync(path.join(scratch, 'text.safetensors'), 'no model');
    copyFileSync(bundledUpscaler(), path.join(scratch, 'enlarge.safetensors'));
    const paint = ['generate', 'x'];
    // [command line, exit status, message]
    const wrong: [string[], number, RegExp][] = [
      [[...paint, '--init', 'nope.png'], 1, /ERR_READ: --init: nope\.png: /],
      [[...paint, '--init', 'text.png'], 1, /ERR_IMAGE_DECODE: --init: text\.png: /],
      [[...paint, '--init', 'text.png', '--mask', 'text.png'], 1, /--(init|mask): text\.png/],
      [[...paint, '--ref', 'nope.png'], 1, /ERR_READ: --ref: nope\.png: /],
      [
        [...paint, '--control', 'nope.png'],
        1,
        /--control: expected a model loaded with --control-net, got one without\. Give its file as --control-net/,
      ],
      [
        [...paint, '--photo-maker-image', 'nope.png'],
        1,
        /a model loaded with --photo-maker, got one without\. Give its file as --photo-maker/,
      ],
      [[...paint, '--lora', 'nosuch'], 1, /ERR_MODEL_NOT_FOUND: .*nosuch/],
      [[...paint, '--lora', 'text.safetensors'], 1, /text\.safetensors/],
      [[...paint, '--width', '200'], 2, /--width: expected a multiple of 64, got 200\. Nearest: 192 or 256/],
      [[...paint, '--height', '8191'], 2, /--height: expected a multiple of 64, got 8191\. Nearest: 8128 or 8192/],
      [[...paint, '--hires-upscaler', 'Model', '--hires-model', 'nope.pth'], 1, /--hires-model: .*nope\.pth|nope\.pth/],
      [
        [...paint, '--model', 'enlarge.safetensors'],
        1,
        /Give it to ai-artist upscale as --model, or to ai-artist generate as --hires-model/,
      ],
      [[...paint, '--quality', '80'], 2, /--quality: expected --out with a name in \.jpg or \.webp beside it/],
      [[...paint, '--llm-vision', 'text.safetensors'], 1, /--llm-vision|text\.safetensors/],
      [['upscale', 'nope.png'], 1, /ERR_READ: image: nope\.png: /],
      [['upscale', 'text.png'], 1, /ERR_IMAGE_DECODE: image: text\.png: /],
      [['upscale', 'nope.png', '--model', 'nope.pth'], 1, /nope/],
      [['convert', 'nope.gguf', '--type', 'f16', '--out', 'x.gguf'], 1, /ERR_MODEL_NOT_FOUND/],
      [
        ['convert', 'text.safetensors', '--type', 'f16', '--out', 'text.safetensors'],
        2,
        /--out: .*text\.safetensors: expected another file than the input, got text\.safetensors/,
      ],
    ];
    const results = await cliSeries(wrong.map(([line]) => line));
    for (const [index, [line, status, message]] of wrong.entries()) {
      const { code, stderr } = results[index] as CliResult;
      assert.is(code, status, `${line.join(' ')}: ${stderr}`);
      assert.match(stderr, message, line.join(' '));
      assert.not.match(stderr, /loading|painting|enlarging|converting/, line.join(' '));
    }
  });
});
