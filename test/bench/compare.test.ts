/** Results side by side: figures, noise, and files that must be refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { equal, is, match, not, ok } from 'uvu/assert';
import {
  type BenchResult,
  compareResults,
  figuresOf,
  markdownOf,
  overlap,
  pageOf,
  readResult,
  readWorth,
  resultVersion,
  short,
  slowdown,
  spreadOf,
  suiteVersion,
  svgOf,
  type TaskResult,
  writeReport,
  writeResult,
} from '../../lib/bench/index.ts';
import { isArtistError } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** A task of 20 steps that took these seconds to sample. */
const painted = (sampled: readonly number[], other: Partial<TaskResult> = {}): TaskResult => ({
  id: 'paint/mini-128',
  suite: 'paint',
  recipe: { steps: 20, width: 128 },
  status: 'done',
  repeats: sampled.map((sample) => ({
    ...{ seconds: sample + 1, cpuSeconds: sample, parts: { encode: 0.1, sample, decode: 0.2 } },
    ...{ othersBusy: 0, peakBytes: 2 ** 20, deviceBytes: 0 },
  })),
  ...other,
});
const result = (label: string, tasks: TaskResult[], other: Partial<BenchResult> = {}): BenchResult => ({
  format: 'ai-artist-bench',
  version: resultVersion,
  suite: { version: suiteVersion, quick: true, names: ['paint'] },
  createdAt: '2026-12-02T04:00:00.000Z',
  label,
  isPartial: false,
  machine: { cpu: 'A CPU', cores: 2, threads: 2, cpuFeatures: [], memoryBytes: 1, system: 'linux x64', devices: [] },
  build: { version: '0.1.0', engine: 'e', ggml: 'g', gpu: 'off', compiler: 'gcc', kernels: '' },
  engine: {},
  tasks,
  ...other,
});
const errorOf = (run: () => unknown): { code: string; message: string } => {
  try {
    run();
  } catch (error) {
    if (isArtistError(error)) return error;
    throw error;
  }
  throw new Error('expected an error, got none');
};

suite('figures of a result', (test) => {
  test('median and quartiles', () => {
    equal(spreadOf([5, 1, 3, 2, 4]), { median: 3, low: 2, high: 4 });
    equal(spreadOf([1, 2]), { median: 1.5, low: 1.25, high: 1.75 });
    is(spreadOf([]), undefined);
    ok(overlap({ median: 1, low: 1, high: 2 }, { median: 2, low: 2, high: 3 }));
    ok(!overlap({ median: 1, low: 1, high: 1.9 }, { median: 2, low: 2, high: 3 }));
  });

  test('steps a second are steps by seconds of sampling; pictures a minute count all that a picture takes', () => {
    const figures = new Map(figuresOf(painted([2, 4, 5])).map(({ name, spread }) => [name, spread.median]));
    is(figures.get('steps'), 5);
    is(figures.get('pictures'), 12);
    is(figures.get('VAE decode'), 0.2);
    is(figures.get('peak memory'), 1);
    equal(figuresOf(painted([])), []);
  });

  test('training: seconds of a step, and minutes of 2,000 of them', () => {
    const repeat = { seconds: 8, cpuSeconds: 8, parts: { steps: 8 }, othersBusy: 0, peakBytes: 1, deviceBytes: 0 };
    const task: TaskResult = { id: 'train/x', suite: 'train', recipe: { steps: 4 }, status: 'done', repeats: [repeat] };
    const figures = new Map(figuresOf(task).map(({ name, spread }) => [name, spread.median]));
    equal([figures.get('step'), figures.get('2000 such steps')], [2, (2 * 2000) / 60]);
  });

  test('the first repeat against the last tells a machine that becomes slow', () => {
    is(slowdown(painted([1, 9, 3])), 2);
    is(slowdown(painted([1, 2])), undefined);
  });

  test('three significant digits', () =>
    equal([0.01234, 1, 12.345, 99.96, 12_345, Number.NaN].map(short), ['0.0123', '1.00', '12.3', '100', '12345', '–']));
});

suite('comparison', (test) => {
  const slow = result('slow', [painted([4, 4.1, 4.2])]);
  const fast = result('fast <b>', [painted([2, 2.05, 2.1], { digest: 'b' })]);

  test('the ratio says how many times as good as the base, for rates and for seconds', () => {
    const { lines } = compareResults([slow, fast]);
    const ratioOf = (name: string): number | undefined => lines.find((line) => line.name === name)?.cells[1]?.ratio;
    ok(Math.abs((ratioOf('steps') ?? 0) - 2) < 1e-9);
    ok(Math.abs((ratioOf('processor time') ?? 0) - 2) < 1e-9);
    const turned = compareResults([slow, fast], 1).lines.find(({ name }) => name === 'steps')?.cells[0]?.ratio ?? 0;
    ok(Math.abs(turned - 0.5) < 1e-9);
  });

  test('a difference within the spread is called noise, a larger one is not', () => {
    const noiseOf = (sampled: readonly number[]): boolean | undefined =>
      compareResults([slow, result('other', [painted(sampled)])]).lines.find(({ name }) => name === 'steps')?.cells[1]?.isNoise;
    is(noiseOf([3.9, 4.08, 4.3]), true);
    is(noiseOf([3.85, 3.86, 3.87]), true, 'as near as two runs on one machine');
    is(noiseOf([3, 3.1, 3.2]), false);
  });

  test('other pixels, tasks that are missing, skipped or cut short, and equal names are told apart', () => {
    const base = result('one', [
      painted([1, 1, 1], { digest: 'a' }),
      painted([1], { id: 'paint/large', status: 'skipped', reason: 'ERR_OUT_OF_MEMORY: no room', repeats: [] }),
    ]);
    const other = result('one', [painted([1, 1, 1], { digest: 'b' })]);
    const { names, lines, notes } = compareResults([base, other]);
    equal(names, ['one', 'one (2)']);
    equal(lines[0]?.differing, [1]);
    equal(notes, ['one: paint/large skipped: ERR_OUT_OF_MEMORY: no room']);
    const lone = compareResults([base, result('none', [])]).lines[0];
    is(lone?.cells[1], undefined);
  });

  test('one result, no such base, two versions of the suite and an edited recipe are refused', () => {
    is(errorOf(() => compareResults([slow])).code, 'ERR_INVALID_ARGUMENT');
    match(errorOf(() => compareResults([slow, fast], 2)).message, /^base: expected 1 to 2, got 3/);
    const older = result('older', [], { suite: { version: suiteVersion + 1, quick: true, names: [] } });
    match(
      errorOf(() => compareResults([slow, older])).message,
      new RegExp(`one version of the suite, got ${suiteVersion} and ${suiteVersion + 1}`),
    );
    const edited = result('edited', [painted([1], { recipe: { steps: 2, width: 128 } })]);
    is(errorOf(() => compareResults([slow, edited])).code, 'ERR_DAMAGED');
  });

  test('Markdown and page show names as text', () => {
    const comparison = compareResults([slow, fast]);
    match(markdownOf(comparison), /\| task \| figure \| slow \(base\) \| fast \\<b\\> \|/);
    const page = pageOf(comparison);
    not.match(page, /<b>|<script|https?:/);
    match(page, /fast &#60;b&#62;/);
    match(page, /×2\.00/);
  });
});

suite('price and power', (test) => {
  const bought = result('bought', [painted([2, 2, 2])]);
  const rented = result('rented', [painted([1, 1, 1])]);
  const joules = { cpu: 60, gpu: 30 };
  const metered = painted([2, 2, 2]);
  const measured = result('measured', [{ ...metered, repeats: metered.repeats.map((repeat) => ({ ...repeat, joules })) }]);
  const figureOf = (worth: { price?: string; watts?: string }, name: string, all = [bought, rented]): (number | undefined)[] =>
    compareResults(all, 0, readWorth(all.length, worth))
      .lines.find((line) => line.name === name)
      ?.cells.map((cell) => cell?.spread.median) ?? [];

  test('pictures for the price: bought machines are used for three years, rented ones cost by the hour', () => {
    const [first = 0, second = 0] = figureOf({ price: '2629.8,0.5/h' }, 'pictures for the price');
    ok(Math.abs(first - 20 * 60 * 10) < 1e-6, `${first}: 2629.8 over 3 * 365.25 * 24 hours is 0.1 an hour`);
    ok(Math.abs(second - (30 * 60) / 0.5) < 1e-6, `${second}`);
    match(
      compareResults([bought, rented], 0, readWorth(2, { price: '2629.8,0.5/h', watts: '65,-' })).notes.join('\n'),
      /bought: .*0\.100 an hour.*65 W/,
    );
    equal(figureOf({}, 'pictures for the price'), []);
    equal(figureOf({ price: '-,2/h' }, 'pictures for the price'), [undefined, 900]);
  });

  test('pictures for the energy: as measured, unless the power is given', () => {
    const all = [measured, rented];
    equal(figureOf({}, 'energy', all), [90, undefined]);
    equal(figureOf({}, 'power', all), [30, undefined]);
    equal(figureOf({}, 'pictures for the energy', all), [40, undefined]);
    equal(figureOf({ watts: '60,300' }, 'pictures for the energy', all), [20, 6]);
  });

  test('as many values as files, and each one a price or a power', () => {
    const wrong: [{ price?: string; watts?: string }, RegExp][] = [
      [{ price: '1999' }, /^price: expected 2 values, one for each file \(- where unknown\), got 1/],
      [{ price: '1999,cheap' }, /^price: expected 1999 \(to buy\), 2\.49\/h \(to rent\) or -, got "cheap"/],
      [{ price: '0,1' }, /^price: expected/],
      [{ watts: '-,0' }, /^watts: expected a number above 0 or -, got "0"/],
    ];
    for (const [worth, said] of wrong) match(errorOf(() => readWorth(2, worth)).message, said);
  });
});

suite('throttling', (test) => {
  test('a last repeat that is slower than the first, and clocks that were lowered, are noted', () => {
    const hot = painted([1, 1, 3]);
    const first = hot.repeats[0];
    if (first) first.throttled = ['heat'];
    const { notes } = compareResults([result('cool', [painted([1, 1, 1])]), result('hot', [hot])]);
    equal(notes, [
      'hot: paint/mini-128 ×2.00 as slow in the last repeat as in the first',
      'hot: paint/mini-128 a device lowered its clocks (heat)',
    ]);
  });
});

suite('reports', (test) => {
  const comparison = compareResults([result('one', [painted([2, 3, 4])]), result('two <b>', [painted([1, 1.1, 1.2])])]);

  test('an SVG has a bar and an interval for each cell, and names as text', () => {
    const svg = svgOf(comparison);
    const cells = comparison.lines.length * 2;
    equal([svg.match(/<rect x=/g)?.length, svg.match(/<path d="M/g)?.length], [cells, cells]);
    not.match(svg, /<b>|<script/);
  });

  test('Markdown shows the charts of a file beside it; neither replaces another file', async () => {
    const at = (name: string): string => path.join(scratch, name);
    equal(await writeReport(at('a report.md'), comparison), [at('a report.md'), at('a report.svg')]);
    match(readFileSync(at('a report.md'), 'utf8'), /!\[Bars of these figures\]\(a%20report\.svg\)/);
    is(readFileSync(at('a report.svg'), 'utf8'), svgOf(comparison));
    is(
      await writeReport(at('a report.md'), comparison).catch((error: unknown) => (isArtistError(error) ? error.code : '')),
      'ERR_ALREADY_EXISTS',
    );
    equal(await writeReport(at('report.html'), comparison), [at('report.html')]);
  });
});

suite('result files', (test) => {
  const file = path.join(scratch, 'result.json');
  const codeOf = (text: string): Promise<string> => {
    writeFileSync(file, text);
    return readResult(file).then(
      () => 'read',
      (error: unknown) => (isArtistError(error) ? error.code : String(error)),
    );
  };

  test('are read as they were written', async () => {
    const whole = result('here', [painted([1, 2, 3], { loadSeconds: 1, firstSeconds: 2, digest: 'a' })]);
    await writeResult(file, whole, { overwrite: true });
    equal(await readResult(file), whole);
  });

  test('a figure that was changed is found, a label may be changed', async () => {
    await writeResult(file, result('here', [painted([1, 2, 3])]), { overwrite: true });
    const written = readFileSync(file, 'utf8');
    const faster = written.replace('"sample": 3', '"sample": 1.5');
    ok(faster !== written);
    is(await codeOf(faster), 'ERR_DAMAGED');
    is(await codeOf(written.replace('"label": "here"', '"label": "there"')), 'read');
  });

  test('cut, edited, foreign and newer ones are told apart', async () => {
    const text = JSON.stringify(result('here', [painted([1])]));
    is(await codeOf(text.slice(0, -20)), 'ERR_DAMAGED');
    is(await codeOf(text.replace('"seconds":2', '"seconds":-2')), 'ERR_DAMAGED');
    is(await codeOf(text.replace('"seconds":2', '"seconds":"2"')), 'ERR_DAMAGED');
    is(await codeOf('{"prompt":"a fox"}'), 'ERR_DAMAGED');
    is(await codeOf('null'), 'ERR_DAMAGED');
    const own = `"version":${resultVersion},"suite"`;
    ok(text.includes(own));
    is(await codeOf(text.replace(own, `"version":${resultVersion + 1},"suite"`)), 'ERR_NEWER_VERSION');
    is(await codeOf(text.replace(own, '"version":1,"suite"')), 'read');
    is(await codeOf(text.replace(own, '"version":0,"suite"')), 'ERR_DAMAGED');
    is(await codeOf(text.replace('"isPartial":false', '"isPartial":false,"more":1')), 'ERR_DAMAGED');
    is(await readResult(path.join(scratch, 'none.json')).catch((error: unknown) => (isArtistError(error) ? error.code : '')), 'ERR_READ');
  });
});
