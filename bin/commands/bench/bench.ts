import { type BenchOptions, runBench, suiteNames, writeResult } from '../../../lib/bench/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import { choice, number, text, toggle } from '../../flags/flags.ts';
import { doubtsOf, resultLines } from '../../print/bench-lines.ts';
import { checkOutput } from '../../print/output-file.ts';
import { withProgress } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { exitStatus } from '../../shell/failure.ts';

const choices = ['standard', ...suiteNames] as const;

export const benchCommand = command({
  optional: { what: choice('What to measure; standard: all', choices) },
  flags: {
    suite: choice('The same as the argument', choices),
    quick: toggle('Three repeats in place of five'),
    repeats: number('Repeats of each task after the first, 1..1000. Default: 5'),
    backend: text('Device, as ai-artist doctor names it'),
    threads: number('CPU threads, 1..512. Default: physical cores minus one'),
    label: text('Name of this machine in tables, such as "MacBook Pro M4"'),
    out: text('Result file (.json) to share and to compare'),
    force: toggle('Replace an existing file'),
  },
  examples: [
    ['$0 bench', 'Measure painting, enlarging, CLIP and the start'],
    ['$0 bench --quick --out m4.json --label "MacBook Pro M4"', 'Write a result file'],
    ['$0 bench compare m4.json rtx.json', 'Lay results side by side'],
  ],
  epilogue:
    'Tasks are repeated in turns; the first repeat of each warms up and does not count. Ctrl-C keeps what was measured, marked as partial. Results compare only within one version of the suite.',
  commands: [
    {
      usage: 'compare <files...>',
      describe: 'Lay results side by side, as a table, Markdown or a page',
      load: async () => (await import('./compare.ts')).compareCommand,
    },
  ],
  run: async ({ what, suite = what, quick, repeats, backend, threads, label, out, force }, context) => {
    if (what !== undefined && suite !== what)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `suite: expected one suite, got ${what} and ${suite}. Leave one of them out`);
    if (out !== undefined) await checkOutput(out, { force: force === true, endings: ['.json'] });
    const options: BenchOptions = {
      ...(suite !== undefined && suite !== 'standard' && { suites: [suite] }),
      ...(repeats !== undefined && { repeats }),
      ...(label !== undefined && { label }),
      quick: quick === true,
      engine: { ...(backend !== undefined && { backend }), ...(threads !== undefined && { threads }) },
      signal: context.signal,
    };
    const result = await withProgress(context, 'measuring', (tell) => runBench({ ...options, onProgress: ({ at, of }) => tell(at, of) }));
    if (out !== undefined) await writeResult(out, result, { overwrite: force === true });
    const hasFailed = result.tasks.some(({ status }) => status === 'failed');
    return {
      json: result,
      text: resultLines(result),
      notes: [...doubtsOf(result), ...(out === undefined ? [] : [`wrote ${out}`])],
      status: result.isPartial ? exitStatus.cancelled : hasFailed ? exitStatus.failed : exitStatus.done,
    };
  },
});
