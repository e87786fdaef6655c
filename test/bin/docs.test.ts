import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { commands } from '../../bin/commands/table.ts';
import type { CommandEntry } from '../../bin/shell/command-entry.ts';
import { nameOf } from '../../bin/shell/command-line.ts';
import { everywhere } from '../../bin/shell/everywhere.ts';
import { suite } from '../harness.ts';
import { everyCommand } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

async function optionsBelow(entry: CommandEntry): Promise<string[]> {
  const command = await entry.load();
  const inner = await Promise.all((command.commands ?? []).map(optionsBelow));
  return [...command.options, ...inner.flat()];
}

suite('bin docs', (test) => {
  const page = readFileSync(path.join(root, 'docs/cli.md'), 'utf8');

  test('docs/cli.md names the options that every command has', () => {
    assert.equal(
      everywhere.filter((option) => !page.includes(`\`--${option}`)),
      [],
    );
  });

  test('the first list of docs/cli.md names every command and its sub-commands', async () => {
    const list = /```\n(.*?)```/s.exec(page)?.[1] ?? '';
    for (const { words, command } of await everyCommand()) {
      if (words.length > 1) continue;
      const line = list.split('\n').find((each) => each.startsWith(`ai-artist ${words[0]} `) || each === `ai-artist ${words[0]}`);
      assert.ok(line, `ai-artist ${words[0]}`);
      if (command.handle === undefined)
        assert.equal(/ (\S+\|\S+)/.exec(line)?.[1]?.split('|'), (command.commands ?? []).map(nameOf), `ai-artist ${words[0]}`);
    }
  });

  for (const entry of commands) {
    const [name = ''] = entry.usage.split(' ');
    test(`docs/cli.md has a section on ${name} with all its options`, async () => {
      const section = new RegExp(`\\n## ${name}\\n(.*?)(?=\\n## |$)`, 's').exec(page)?.[1] ?? '';
      assert.not.equal(section, '');
      assert.equal(
        (await optionsBelow(entry)).filter((option) => !section.includes(`\`--${option}\``)),
        [],
      );
    });
  }

  test('every command in README.md and docs/cli.md exists', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const known = new Set(commands.map((entry) => entry.usage.split(' ')[0]));
    const named = [...`${readme}${page}`.matchAll(/^(?:npx )?ai-artist ([a-z]+)/gm)].map((match) => match[1]);
    assert.ok(named.length > 15);
    assert.equal(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
});
