import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { inFlags } from '../../bin/shell/in-flags.ts';
import { suite } from '../harness.ts';
import { listFiles } from '../support/arrows.ts';
import { everyCommand } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

suite('bin in-flags', (test) => {
  test('every option of lib is shown as its flag, at the start of a message and inside it, for every command', async () => {
    let options = 0;
    for (const { words, command } of await everyCommand()) {
      const shown = (message: string): string => inFlags(message, command.names, words.join(' '));
      for (const [option, flag] of command.names) {
        options++;
        assert.is(shown(`${option}: expected more`), `${flag}: expected more`);
        if (option.includes('-')) continue;
        assert.is(shown(`other: expected ${option} beside it, got none`), `other: expected ${flag} beside it, got none`);
        assert.is(shown(`other: give \`${option}\` as well`), `other: give ${flag} as well`);
        // Option names that are ordinary words are not replaced inside a sentence.
        if (/[A-Z.]/.test(option)) assert.is(shown(`other: too large for ${option}. Change it`), `other: too large for ${flag}. Change it`);
      }
      for (const flag of Object.keys(command.flags))
        assert.ok([...command.names.values()].includes(`--${flag}`), `${words.join(' ')} --${flag}`);
    }
    assert.ok(options > 500, String(options));
  });

  // [message of lib, message shown by generate]
  const messages: [string, string][] = [
    ['maskImage: expected initImage beside it, got none: a mask', '--mask-image: expected --init-image beside it, got none: a mask'],
    ['diffusionModel: expected to stand alone, got model as well', '--diffusion-model: expected to stand alone, got --model as well'],
    ['loras.1.weight: expected a number', '--lora: expected a number'],
    [
      '/a/x.png: exists already. Choose another name, or pass overwrite: true',
      '/a/x.png: exists already. Choose another name, or give --force',
    ],
    ['hires: expected a target', '--hires: expected a target'],
    ['expected a file, got "initImage/cfgScale.png" in ./cfgScale', 'expected a file, got "initImage/cfgScale.png" in ./cfgScale'],
    ['Continue that run by resumeTraining()', 'Continue that run with `ai-artist train resume`'],
  ];
  test('sentences that name options', async () => {
    const generate = (await everyCommand()).find(({ words }) => words[0] === 'generate')?.command;
    for (const [message, expected] of messages) assert.is(inFlags(message, generate?.names ?? new Map(), 'generate'), expected);
    assert.is(
      inFlags(
        'resizeLora: expected `rank` or `energy`',
        new Map([
          ['rank', '--rank'],
          ['energy', '--energy'],
        ]),
        'lora resize',
      ),
      'lora resize: expected --rank or --energy',
    );
  });

  test('no message of lib that a command can show addresses a programmer', () => {
    const spoken = /(['`])((?:(?!\1)[^\n])*?(?:\bpass \w+: true|\bPass it |\bLoad it again: )(?:(?!\1)[^\n])*)\1/g;
    const found = listFiles(root, 'lib', /\.ts$/).flatMap((file) =>
      [...readFileSync(path.join(root, file), 'utf8').matchAll(spoken)].map(([, , text = '']) =>
        text.replace(/\$\{needed\}/g, 'controlNet'),
      ),
    );
    assert.ok(found.length > 10, String(found.length));
    for (const text of found) assert.not.match(inFlags(text, new Map(), 'generate'), /\w\(\)|: true|\{ |\bPass\b/, text);
  });
});
