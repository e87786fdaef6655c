import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { commands } from '../../bin/commands/table.ts';
import { nameOf } from '../../bin/shell/command-line.ts';
import { suite } from '../harness.ts';
import { cli, everyCommand } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const folder = path.join(root, 'dist/man');
const pages = ['ai-artist.1', ...commands.map((entry) => `ai-artist-${nameOf(entry)}.1`)];

suite('manual pages', (test) => {
  test('the build writes one for ai-artist and one for each command, and package.json lists them', () => {
    assert.equal(readdirSync(folder).sort(), [...pages].sort());
    const { man } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { man: string[] };
    assert.equal(
      man,
      pages.map((page) => `./dist/man/${page}`),
    );
  });

  test('mandoc finds no fault in any of them but the date, which a build that is the same every day has none of', () => {
    const { stdout, error } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...pages.map((page) => path.join(folder, page))], {
      encoding: 'utf8',
    });
    assert.is(error, undefined);
    assert.equal(
      stdout.split('\n').filter((line) => line !== '' && !/missing date/.test(line)),
      [],
    );
  });

  test('each names every option of its command and of those below', async () => {
    for (const { words, command } of await everyCommand()) {
      const page = readFileSync(path.join(folder, `ai-artist-${words[0]}.1`), 'utf8').replaceAll('\\-', '-');
      assert.equal(
        command.options.filter((option) => !page.includes(`\\fB--${option}\\fR`)),
        [],
        words.join(' '),
      );
    }
  });

  test('rendered, it reads like the help; help COMMAND --man prints the same page', async () => {
    const { stdout } = await cli(['help', 'gallery', 'search', '--man']);
    assert.is(stdout, readFileSync(path.join(folder, 'ai-artist-gallery.1'), 'utf8'));
    const shown = spawnSync('mandoc', ['-T', 'ascii', path.join(folder, 'ai-artist-create.1')], { encoding: 'utf8' }).stdout.replace(
      /.\x08/g,
      '',
    );
    assert.match(shown, /NAME\n +ai-artist-create - Paint a picture, check it, enlarge it and file it\n/);
    assert.match(shown, /ai-artist create \[prompt\] \[options\]/);
    assert.match(shown, /-s, --seed value\n +Seed of the start noise/);
    assert.match(shown, /ai-artist create "a red fox/);
  });
});
