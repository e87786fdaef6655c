import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { cli, scratch } from './support.ts';

const home = path.join(scratch, 'home');
const quick = ['--steps', '2', '--width', '128', '--height', '128', '--no-upscale', '--home', home];

suite('create, run again by a script', { timeoutMs: 240_000 }, (test) => {
  test('the same command twice: one work, the same path, exit 0, and a message', async () => {
    const line = ['create', 'an owl', '--seed', '7', '--out', path.join(scratch, 'owl.png'), '--force', '--json', ...quick];
    const [first, second] = [await cli(line), await cli(line)];
    assert.equal([first.code, second.code], [0, 0]);
    const [one, two] = [first, second].map(({ stdout }) => JSON.parse(stdout) as { id: string; filed: boolean; path: string });
    assert.equal([one?.filed, two?.filed], [true, false]);
    assert.equal([two?.id, two?.path], [one?.id, one?.path]);
    assert.match(second.stderr, /this very picture is in the gallery already, and was not filed again \(--allow-duplicate files it\)/);
    const third = await cli([...line, '--allow-duplicate']);
    assert.is((JSON.parse(third.stdout) as { filed: boolean }).filed, true);
  });

  test('a prompt from standard input; an empty one is refused before anything is loaded', async () => {
    const piped = await cli(['create', '-', '--json', '--seed', '8', ...quick], { input: 'a red fox\n' });
    assert.is((JSON.parse(piped.stdout) as { prompt: string }).prompt, 'a red fox');
    for (const command of ['create', 'generate']) {
      for (const prompt of ['', '  \t'])
        assert.match(
          (await cli([command, prompt, '--home', home])).stderr,
          /prompt: expected what to paint, got ".*"\. Is a variable of the shell empty\?/,
        );
      const none = await cli([command, '-', '--home', home], { input: '' });
      assert.equal([none.code, /prompt: expected what to paint, got nothing on standard input/.test(none.stderr)], [2, true]);
    }
  });
});
