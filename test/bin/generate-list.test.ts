import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { readRecipe } from '../../lib/doors/image.ts';
import { suite } from '../harness.ts';
import { cli, cliSeries, jsonOf, scratch, scratchFile } from './support.ts';

const program = fileURLToPath(new URL('../../dist/esm/bin/ai-artist.js', import.meta.url));
const home = path.join(scratch, 'generate-list-home');
const small = ['--steps', '1', '--width', '64', '--height', '64', '--home', home];

interface Listed {
  images: { line: number; path: string; seed: number; width: number }[];
  there: string[];
  failed: { line: number; code: string; message: string }[];
}
const listed = (result: unknown): Listed => jsonOf(result as never) as unknown as Listed;

suite('bin generate --prompts', { timeoutMs: 300_000 }, (test) => {
  test('a list killed in the middle: the same call paints the missing files and touches no other', async () => {
    const list = scratchFile('thirty.txt', Array.from({ length: 30 }, (_, index) => `an owl with ${index + 1} hats`).join('\n'));
    const folder = path.join(scratch, 'owls');
    const args = ['generate', '--prompts', list, '--out', `${folder}/`, ...small];
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (/^line [5-9]:/m.test(text)) child.kill('SIGKILL');
    });
    assert.is(await new Promise((resolve) => child.on('close', (_, by) => resolve(by))), 'SIGKILL');
    const whole = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.png'));
    const before = new Map(whole().map((name) => [name, statSync(path.join(folder, name)).mtimeMs]));
    assert.ok(before.size >= 5 && before.size < 30, String(before.size));
    const again = await cli([...args, '--json']);
    assert.is(again.code, 0, again.stderr);
    assert.equal([listed(again).images.length, listed(again).there.length], [30 - before.size, before.size]);
    assert.is(whole().length, 30);
    assert.ok(whole().includes('07-an-owl-with-7-hats.png'));
    for (const [name, time] of before) assert.is(statSync(path.join(folder, name)).mtimeMs, time, name);
    const done = await cli(args);
    assert.match(done.stderr, /0 pictures painted; 30 lines were done before \(--force paints them again\)/);
    assert.is(done.stdout.trim().split('\n').length, 30);
  });

  test('a table with options: seeds, sizes, numbers of pictures and files of their own', async () => {
    const at = (name: string): string => path.join(scratch, name);
    const table = scratchFile('table.csv', `prompt,seed,width,out,batch\nan owl,3,128,${at('x.webp')},2\na fox,,,,\n`);
    const run = await cli(['generate', '--prompts', table, '--out', at('{prompt}-of-{line}.png'), '--json', ...small]);
    assert.is(run.code, 0, run.stderr);
    assert.equal(
      listed(run).images.map(({ line, path: place, width }) => [line, place, width]),
      [
        [2, at('x-1.webp'), 128],
        [2, at('x-2.webp'), 128],
        [3, at('a-fox-of-3.png'), 64],
      ],
    );
    assert.equal((await readRecipe(at('x-2.webp')))?.recipe.seed, 4);
    // The second of two is painted again, with the same seed.
    const second = readFileSync(at('x-2.webp'));
    rmSync(at('x-2.webp'));
    const again = await cli(['generate', '--prompts', table, '--out', at('{prompt}-of-{line}.png'), '--json', ...small]);
    assert.equal(
      listed(again).images.map(({ path: place }) => place),
      [at('x-2.webp')],
    );
    assert.equal(readFileSync(at('x-2.webp')), second);
  });

  test('a line that fails while it is painted is named; the others are painted, and the exit status is 1', async () => {
    const list = scratchFile('ten.txt', Array.from({ length: 10 }, (_, index) => `a fox with ${index + 1} hats`).join('\n'));
    const folder = path.join(scratch, 'foxes');
    const args = ['generate', '--prompts', list, '--out', `${folder}/`, ...small];
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/^line 1:/m.test(said)) mkdirSync(path.join(folder, '10-a-fox-with-10-hats.png'), { recursive: true });
    });
    assert.is(await new Promise((resolve) => child.on('close', resolve)), 1, said);
    assert.match(said, /9 pictures painted\n1 of 10 lines failed: 10\. The same command tries it again/);
    assert.match(said, /line 10: .*10-a-fox-with-10-hats\.png/);
  });

  test('what is wrong is found before anything is painted, and named with its line', async () => {
    const lora = scratchFile('gone.safetensors', 'no LoRA');
    const list = scratchFile('one-fails.jsonl', '{"prompt":"an owl"}\n"a hare"\n');
    const [bad, wrong, drawn, same, model, streamed, both, nothing] = await cliSeries([
      ['generate', '--prompts', list, '--lora', lora, '--out', path.join(scratch, 'f/'), ...small],
      ['generate', '--prompts', scratchFile('w.csv', 'prompt,styl\nan owl,ink\n'), ...small],
      ['generate', '--prompts', list, '--out', path.join(scratch, '{seed}.png'), ...small],
      ['generate', '--prompts', scratchFile('two.txt', 'an owl\na fox\n'), '--out', path.join(scratch, 'q.png'), ...small],
      ['generate', '--prompts', scratchFile('m.jsonl', '{"prompt":"an owl","model":"nope"}\n'), ...small],
      ['generate', '--prompts', list, '--out', '-', ...small],
      ['generate', 'an owl', '--prompts', list, ...small],
      ['generate', '--prompts', scratchFile('no-prompt.jsonl', '{"seed":3}\n'), ...small],
    ]);
    const said = [bad, wrong, drawn, same, model, streamed, both, nothing].map((run) => `${run?.code} ${run?.stderr}`);
    assert.match(said[0] ?? '', /ERR_\w+: one-fails\.jsonl, line 1: .*gone\.safetensors/);
    assert.match(said[1] ?? '', /^2 .*w\.csv, line 2: styl: expected the name of an option of generate/);
    assert.match(said[2] ?? '', /^2 .*line 1: --out: expected \{line\} or \{prompt\}|^2 .*line 1: out: expected \{line\}/);
    assert.match(said[3] ?? '', /two\.txt, line 2: out: expected another file than line 1, got .*q\.png\. Put \{line\} into the name/);
    assert.match(said[4] ?? '', /ERR_MODEL_NOT_FOUND: m\.jsonl, line 1: /);
    assert.match(said[5] ?? '', /--out: expected a folder or a name with \{line\} beside --prompts/);
    assert.match(said[6] ?? '', /prompt: expected to be left out beside --prompts/);
    assert.match(said[7] ?? '', /no-prompt\.jsonl, line 1: prompt: expected what to paint, got none/);
  });
});
