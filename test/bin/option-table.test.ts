import * as assert from 'uvu/assert';
import { flagOf } from '../../bin/flags/row-flags.ts';
import { boundsOf, choicesOf, everyRow, optionTables } from '../../lib/engine/index.ts';
import { options } from '../engine/option-places.ts';
import { suite } from '../harness.ts';
import { type CliResult, cliSeries, everyCommand } from './support.ts';

const commandOf = { generate: 'generate', loadModel: 'generate', upscale: 'upscale', convertModel: 'convert' } as const;

/** Flags that one requires, from the conditions of the command. */
function beside(flag: string, needs: Readonly<Record<string, string>>): string[] {
  const need = needs[flag];
  if (need === undefined) return [];
  const [needed = '', values] = need.split('=');
  const value = values?.split('|')[0] ?? { cache: 'ucache', 'slg-layers': '1', 'max-vram': '1' }[needed] ?? 'x';
  return [...beside(needed, needs), `--${needed}`, needed === 'batch-count' || needed === 'apg-norm-threshold' ? '1' : value];
}

suite('bin option tables', { timeoutMs: 240_000 }, (test) => {
  test('the command line follows the rows: every number and name just outside is refused with its flag', async () => {
    const commands = new Map((await everyCommand()).map(({ words, command }) => [words.join(' '), command]));
    const lines: { line: string[]; flag: string }[] = [];
    for (const option of options) {
      const name = commandOf[option.call as keyof typeof commandOf];
      const flag = flagOf(option);
      if (name === undefined || flag === undefined) continue;
      const command = commands.get(name);
      assert.ok(command?.flags[flag], `${name} --${flag}`);
      const given = name === 'convert' ? ['--type', 'f16', '--out', 'x.gguf'].filter((_, at) => flag !== 'type' || at > 1) : [];
      // JavaScript cannot represent the next larger seed; flags.test.ts tries it.
      for (const value of option.outside.filter((each) => Number(each) !== 2 ** 53))
        lines.push({ line: [name, 'x', ...given, ...beside(flag, command.needs), `--${flag}=${value}`], flag });
    }
    assert.ok(lines.length > 120, String(lines.length));
    const results = await cliSeries(lines.map(({ line }) => line));
    for (const [index, { line, flag }] of lines.entries()) {
      const { code, stderr } = results[index] as CliResult;
      assert.is(code, 2, `${line.join(' ')}: ${stderr}`);
      assert.ok(stderr.includes(`--${flag}: expected `), `${line.join(' ')}: ${stderr}`);
    }
  });

  test('a value just inside becomes the option, by the flag and by each of its other names', async () => {
    for (const [call, command] of Object.entries(commandOf)) {
      const flags = (await everyCommand()).find(({ words }) => words.join(' ') === command)?.command.flags ?? {};
      for (const placed of everyRow(optionTables[call as keyof typeof commandOf])) {
        const flag = flagOf(placed);
        if (flag === undefined) continue;
        const known = flags[flag];
        assert.ok(known, `${command} --${flag}`);
        assert.equal([...(known.aliases ?? [])], [...(placed.row.aliases ?? [])], flag);
        const bounds = boundsOf(placed.row.schema);
        // -1 draws a seed.
        if (bounds && flag !== 'seed')
          for (const value of [bounds.min, bounds.max]) assert.is(known.read(String(value), flag), value, flag);
        for (const choice of choicesOf(placed.row.schema) ?? []) assert.is(known.read(choice, flag), choice, flag);
      }
    }
  });

  // [name that generate's flags had before, name of today]
  const renamed: [string, string][] = [
    ['cfg', 'cfg-scale'],
    ['image-cfg', 'image-cfg-scale'],
    ['negative', 'negative-prompt'],
    ['batch', 'batch-count'],
    ['init', 'init-image'],
    ['strength', 'denoising-strength'],
    ['mask', 'mask-image'],
    ['ref', 'reference-image'],
    ['auto-resize-references', 'auto-resize-reference-images'],
    ['control', 'control-image'],
    ['hires-strength', 'hires-denoising-strength'],
    ['tiling', 'vae-tiling'],
    ['rules', 'tensor-type-rule'],
    ['lora-mode', 'lora-apply-mode'],
  ];
  test('flags are still known by the names they had', async () => {
    const flags = (await everyCommand()).find(({ words }) => words.join(' ') === 'generate')?.command.flags ?? {};
    for (const [before, now] of renamed) assert.ok(flags[now]?.aliases?.includes(before), before);
    const lines = [
      ['generate', 'x', '--no-tiling', '--strength', '2', '--init', 'x.png'],
      ['generate', 'x', '--tiling=yes'],
      ['generate', 'x', '--lora-mode', 'nosuch'],
      ['generate', 'x', '--negativ', 'blur'],
    ];
    const [strength, tiling, mode, mistyped] = await cliSeries(lines);
    assert.match(strength?.stderr ?? '', /--strength: expected a number of at most 1, got 2/);
    assert.match(tiling?.stderr ?? '', /--tiling: expected nothing, true or false after it, got "yes"/);
    assert.match(mode?.stderr ?? '', /--lora-mode: expected one of auto, /);
    assert.match(mistyped?.stderr ?? '', /--negativ: unknown option\. Did you mean --negative\?/);
  });

  test('a message names the flag that was typed', async () => {
    const [short, long, both] = await cliSeries([
      ['generate', 'x', '--cfg', '101'],
      ['generate', 'x', '--cfg-scale', '101'],
      ['generate', 'x', '--mask', 'x.png'],
    ]);
    assert.match(short?.stderr ?? '', /--cfg: expected a number of at most 100, got 101/);
    assert.match(long?.stderr ?? '', /--cfg-scale: expected a number of at most 100, got 101/);
    assert.match(both?.stderr ?? '', /--mask: expected --init-image beside it, got none/);
  });
});
