import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { readPromptList } from '../../lib/doors/artist.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { cli, cliSeries, jsonOf, scratch, scratchFile } from './support.ts';

const program = fileURLToPath(new URL('../../dist/esm/bin/ai-artist.js', import.meta.url));
const quick = ['--steps', '1', '--width', '64', '--height', '64', '--no-upscale', '--no-domain-check', '--json'];

interface Listed {
  series: { id: string; name: string };
  works: { line: number; id: string | null; prompt: string; seed: number; painted: boolean }[];
  failed: { line: number; code: string }[];
}

suite('bin prompt list', { timeoutMs: 300_000 }, (test) => {
  test('a list of 50 lines, killed in the middle: the same call paints what is missing, once, as one series', async () => {
    const home = path.join(scratch, 'list-home');
    const list = scratchFile('fifty.txt', Array.from({ length: 50 }, (_, index) => `an owl with ${index + 1} hats`).join('\n'));
    const args = ['create', '--prompts', list, ...quick, '--home', home];
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (/^line [5-9]:/m.test(text)) child.kill('SIGKILL');
    });
    const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
    assert.is(signal, 'SIGKILL');
    const gallery = new Gallery({ home });
    const before = (await gallery.select('')).length;
    assert.ok(before >= 5 && before < 50, String(before));
    // As a process leaves it that is killed between making a lock and writing its name.
    writeFileSync(path.join(home, 'state', 'series-s1-49.lock'), '');
    const result = await cli(args);
    assert.is(result.code, 0, result.stdout);
    const { works, series, failed } = jsonOf(result) as unknown as Listed;
    assert.equal(
      works.map(({ line }) => line),
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    assert.is(works.filter(({ painted }) => !painted).length, before);
    assert.equal([failed, series.name], [[], 'fifty.txt']);
    assert.is((await gallery.select('')).length, 50);
    assert.is((await gallery.select(`series:${series.id}`)).length, 50);
    assert.equal(
      works.map(({ prompt }) => prompt),
      works.map(({ line }) => `an owl with ${line} hats`),
    );
    const again = jsonOf(await cli(args)) as unknown as Listed;
    assert.equal(
      again.works.map(({ id, painted }) => [id, painted]),
      works.map(({ id }) => [id, false]),
    );
    const [refused] = await cliSeries([['series', 'paint', series.id, '--home', home]]);
    assert.match(refused?.stderr ?? '', /painted from a list: ai-artist create --prompts fifty\.txt/);
  });

  test('CSV and JSONL have options in each line, which override those of the call', async () => {
    const home = path.join(scratch, 'csv-home');
    const csv = scratchFile('a.csv', 'prompt;seed;cfg\n"an owl; ""Otto""";7;3.5\na fox;;\n');
    const jsonl = '{"prompt": "a hare", "seed": 5}\n\n"a mole"\n';
    const [first] = await cliSeries([['create', '--prompts', csv, '--seed', '9', ...quick, '--home', home]]);
    const { works } = jsonOf(first as never) as unknown as Listed;
    assert.equal(
      works.map(({ line, prompt, seed }) => [line, prompt, seed]),
      [
        [2, 'an owl; "Otto"', 7],
        [3, 'a fox', 9],
      ],
    );
    const recipes = await new Gallery({ home }).getMany(works.map(({ id }) => String(id)));
    assert.is(recipes[0]?.recipe?.cfgScale, 3.5);
    const piped = await cli(['create', '--prompts', '-', ...quick, '--home', home], { input: jsonl });
    assert.is(piped.code, 0, piped.stderr);
    assert.equal(
      (jsonOf(piped) as unknown as Listed).works.map(({ line, prompt }) => [line, prompt]),
      [
        [1, 'a hare'],
        [3, 'a mole'],
      ],
    );
  });

  test('every line is checked before the first is painted, and the error names it', async () => {
    const home = path.join(scratch, 'checked-home');
    const wrong = [
      scratchFile('steps.csv', 'prompt,steps\nan owl,2\na fox,0\n'),
      scratchFile('name.jsonl', '{"prompt": "an owl"}\n{"prompt": "a fox", "stps": 3}\n'),
      scratchFile('json.jsonl', '{"prompt": "an owl"}\n{"prompt": \n'),
      scratchFile('lora.jsonl', '{"prompt": "an owl"}\n{"prompt": "a fox", "loras": ["nowhere.safetensors"]}\n'),
      scratchFile('none.txt', '# nothing\n\n'),
    ];
    const results = await cliSeries([
      ...wrong.map((list) => ['create', '--prompts', list, ...quick, '--home', home]),
      ['create', 'an owl', '--prompts', wrong[0] ?? '', ...quick, '--home', home],
    ]);
    const said = results.map((result) => `${result.code} ${jsonOf(result).error?.message}`);
    assert.match(said[0] ?? '', /^2 steps\.csv, line 3: .*steps.*expected a number of at least 1, got 0/);
    assert.match(said[1] ?? '', /^2 name\.jsonl, line 2: stps: .*Did you mean steps\?/);
    assert.match(said[2] ?? '', /^2 json\.jsonl, line 2: expected a JSON object/);
    assert.match(said[3] ?? '', /^1 lora\.jsonl, line 2: .*nowhere\.safetensors/);
    assert.match(said[4] ?? '', /^2 none\.txt: expected at least one prompt, got none/);
    assert.match(said[5] ?? '', /^2 .*prompt: expected to be left out beside --prompts/);
    assert.equal(await new Gallery({ home }).select(''), []);
  });

  test('cells of a table are read as the option takes them', () => {
    const { lines } = readPromptList('prompt,score,candidates,style,hires.steps\n007,false,auto,ink,4\n"two\nlines",,3,,\n', {
      name: 'x.csv',
    });
    assert.equal(lines, [
      { line: 2, options: { prompt: '007', score: false, candidates: 'auto', style: 'ink', hires: { steps: 4 } } },
      { line: 3, options: { prompt: 'two\nlines', candidates: 3 } },
    ]);
    const windows = readPromptList('prompt;seed\r\n"two\r\nlines";3\r\n\r\nan owl;4\r\n', { name: 'x.csv' });
    assert.equal(
      windows.lines.map(({ line }) => line),
      [2, 5],
    );
    const wrong: [content: string, message: RegExp][] = [
      ['prompt\na fox\n"an owl', /^x\.csv, line 3: expected a quote that ends the cell, got none/],
      ['prompt,seed\n"an owl" x,3', /^x\.csv, line 2: expected "," behind a cell in quotes, got /],
      ['prompt\nan owl,7', /^x\.csv, line 2: expected 1 cells? as in the header, got 2/],
    ];
    for (const [content, message] of wrong)
      assert.throws(
        () => readPromptList(content, { name: 'x.csv' }),
        (error: { code: string; message: string }) => error.code === 'ERR_INVALID_ARGUMENT' && message.test(error.message),
      );
  });
});
