import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { type GridCell, paintGrid, readGridAxis } from '../../lib/doors/artist.ts';
import { createArtist, isArtistError, readRecipe } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { cli, cliSeries, jsonOf, scratch } from './support.ts';

interface Grid {
  sheet: string;
  seed: number | null;
  cells: GridCell[];
  failed: number;
  aborted: boolean;
}
const gridOf = (result: unknown): Grid => jsonOf(result as never) as unknown as Grid;

const home = path.join(scratch, 'grid-home');
const small = ['--width', '64', '--height', '64', '--json', '--home', home];

suite('bin grid', { timeoutMs: 300_000 }, (test) => {
  test('paints every combination with one seed, on a sheet and as files with their recipes', async () => {
    const [out, cells] = [path.join(scratch, 'owl.png'), path.join(scratch, 'cells')];
    const result = await cli(['grid', 'an owl', '--x', 'steps=1,2', '--y', 'cfg=1,3', '--out', out, '--cells', cells, ...small]);
    assert.is(result.code, 0, result.stderr);
    const grid = gridOf(result);
    assert.equal(
      grid.cells.map(({ values }) => values),
      [
        { steps: 1, cfgScale: 1 },
        { steps: 2, cfgScale: 1 },
        { steps: 1, cfgScale: 3 },
        { steps: 2, cfgScale: 3 },
      ],
    );
    assert.ok(grid.cells.every(({ status, seed }) => status === 'painted' && seed === grid.seed));
    assert.equal(readdirSync(cells).sort(), ['y1-x1.png', 'y1-x2.png', 'y2-x1.png', 'y2-x2.png']);
    const recipe = (await readRecipe(path.join(cells, 'y2-x1.png')))?.recipe;
    assert.equal([recipe?.steps, recipe?.cfgScale, recipe?.prompt], [1, 3, 'an owl']);
    const { width = 0, height = 0 } = await sharp(out).metadata();
    assert.ok(width > 200 && height > 200, `${width}x${height}`);
    // What is complete is painted anew the next time.
    const kept = readdirSync(path.join(home, 'cache', 'grids')).filter((name) => !name.endsWith('.lock'));
    assert.equal(kept, []);
  });

  test('axes are ranges, words, prompts of a file, other words, a third axis; the seed may be one', async () => {
    const prompts = path.join(scratch, 'prompts.txt');
    writeFileSync(prompts, '# two\nan owl\na fox, red\n');
    const out = (name: string): string => path.join(scratch, name);
    const results = await cliSeries([
      ['grid', 'an owl', '--x', 'seed=3..4', '--y', 'sampler=euler,"Euler a"', '--z', 'steps=1', '--out', out('a.png'), ...small],
      ['grid', '--x', `prompt=@${prompts}`, '--steps', '1', '--seed', '7', '--out', out('b.png'), ...small],
      ['grid', 'an owl at night', '--x', 'replace=owl,fox', '--steps', '1', '--seed', '7', '--out', out('c.png'), ...small],
    ]);
    for (const result of results) assert.is(result.code, 0, result.stderr);
    const [seeds, words, other] = results.map(gridOf);
    assert.is(seeds?.seed, null);
    assert.equal(
      seeds?.cells.map(({ seed }) => seed),
      [3, 4, 3, 4],
    );
    assert.is(seeds?.cells[3]?.values['sampler'], 'euler_a');
    assert.equal(
      words?.cells.map(({ values }) => values['prompt']),
      ['an owl', 'a fox, red'],
    );
    assert.is(other?.cells.length, 2);
  });

  test('what is wrong is refused before anything is painted, with the axis or the cell', async () => {
    const results = await cliSeries(
      [
        ['an owl'],
        ['an owl', '--x', 'stepz=1'],
        ['an owl', '--x', 'steps'],
        ['an owl', '--x', 'steps=1,5000'],
        ['an owl', '--x', 'steps=1..30', '--y', 'cfg=1..20'],
        ['an owl', '--x', 'steps=1', '--y', 'steps=2'],
        ['an owl', '--x', 'lora-weight=0,1'],
        ['an owl', '--x', 'replace=fox,cat'],
        ['--x', 'steps=1'],
      ].map((line) => ['grid', ...line, ...small]),
    );
    const expected = [
      /--x: expected an axis/,
      /stepz: expected the name of an option of generate.* Did you mean steps\?/,
      /expected an axis such as steps=10,20,30, got \\"steps/,
      /cell steps=5000: .*1000/,
      /expected at most 400 cells, got 600/,
      /another option on each axis, got steps on two/,
      /expected loras whose weight it is/,
      /expected first what is in the prompt/,
      /prompt: expected what to paint, or an axis/,
    ];
    for (const [at, { code, stdout }] of results.entries()) {
      assert.is(code, 2, `${at}: ${stdout}`);
      assert.match(stdout, expected[at] as RegExp);
    }
  });

  test('Ctrl-C leaves the sheet of what is painted, and the same call goes on', async () => {
    const artist = await createArtist({ home, keepMs: 0 });
    try {
      const stop = new AbortController();
      const options = { x: await readGridAxis('steps=1..4'), options: { prompt: 'a boat', width: 64, height: 64 } };
      const first = await paintGrid(artist, {
        ...options,
        signal: stop.signal,
        onCell: (_, index) => index === 1 && stop.abort(new Error('enough')),
      });
      assert.ok(first.aborted);
      assert.equal(
        first.cells.map(({ status }) => status),
        ['painted', 'painted', 'missing', 'missing'],
      );
      assert.ok(first.sheet.width > 100);
      const second = await paintGrid(artist, options);
      assert.equal(
        second.cells.map(({ status, earlier }) => `${status} ${earlier}`),
        ['painted true', 'painted true', 'painted false', 'painted false'],
      );
      assert.is(second.seed, first.seed);
    } finally {
      await artist.dispose();
    }
  });

  test('a cell that fails is named, and the others are painted', async () => {
    const artist = await createArtist({ home, keepMs: 0 });
    const folder = path.join(scratch, 'vanishing');
    mkdirSync(folder);
    try {
      const told: string[] = [];
      // A picture that is there when the cells are checked, and gone when they are painted.
      const init = path.join(folder, 'init.png');
      await sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
        .png()
        .toFile(init);
      const grid = await paintGrid(artist, {
        x: { option: 'initImage', values: [init, init], labels: ['one', 'two'] },
        options: { prompt: 'a boat', width: 64, height: 64, steps: 2 },
        onCell: ({ status }) => {
          told.push(status);
          rmSync(init, { force: true });
        },
      });
      assert.equal(told, ['painted', 'failed']);
      assert.is(grid.failed, 1);
      assert.match(grid.cells[1]?.error?.message ?? '', /init\.png/);
      assert.not(existsSync(init));
    } finally {
      await artist.dispose();
    }
    assert.ok(isArtistError(await paintGrid(artist, { x: { option: 'steps', values: [1] } }).catch((error: unknown) => error)));
  });
});
