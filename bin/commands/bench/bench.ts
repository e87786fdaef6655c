import { type BenchEvent, gigabytes, listWeights, runBench, writeResult } from '../../../lib/bench/index.ts';
import { benchFlags, benchOptions, suiteChoices, taskNames } from '../../flags/bench-flags.ts';
import { choice } from '../../flags/flags.ts';
import { doubtsOf, hasFailed, resultLines } from '../../print/bench-lines.ts';
import { checkOutput } from '../../print/output-file.ts';
import { withProgress } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { exitStatus } from '../../shell/failure.ts';
import { alsoTuned } from '../../steps/tuned-options.ts';

type Tell = (done: number, total: number, part?: string) => void;
const shown =
  (tell: Tell) =>
  ({ doing, what, at, of }: BenchEvent): void =>
    doing === 'writing' ? tell(Math.round(at / 1e6), Math.round(of / 1e6), `writing ${what}, MB`) : tell(at, of);

export const benchCommand = command({
  optional: { what: choice('What to measure; standard: all', suiteChoices) },
  flags: benchFlags,
  examples: [
    ['$0 bench', 'Measure all that this machine can do'],
    ['$0 bench --quick --out m4.json --label "MacBook Pro M4"', 'Write a result file'],
    ['$0 bench --task paint/sdxl-1024', 'One task, however long it takes'],
    ['$0 bench --model ./dreamshaper.safetensors', 'A model of your own'],
    ['$0 bench compare m4.json rtx.json', 'Lay results side by side'],
  ],
  epilogue: `Tasks: ${taskNames}. They are repeated in turns; the first repeat of each warms up and does not count. Models in true size have random weights, which are written when they are first used (bench weights). Ctrl-C keeps what was measured, marked as partial. Results compare only within one version of the suite.`,
  commands: [
    {
      usage: 'compare <files...>',
      describe: 'Lay results side by side, as a table, Markdown or a page',
      load: async () => (await import('./compare.ts')).compareCommand,
    },
    {
      usage: 'weights',
      describe: 'Random weights on the disk: list, remove',
      load: async () => (await import('./weights.ts')).weightsCommand,
    },
  ],
  run: async (values, context) => {
    const { out, force } = values;
    const options = { ...(await alsoTuned(benchOptions(values), context.warn)), signal: context.signal };
    if (out !== undefined) await checkOutput(out, { force: force === true, endings: ['.json'] });
    const result = await withProgress(context, 'measuring', (tell) => runBench({ ...options, onProgress: shown(tell) }));
    const [written] = await Promise.allSettled(out === undefined ? [] : [writeResult(out, result, { overwrite: force === true })]);
    const failure: unknown = written?.status === 'rejected' ? written.reason : undefined;
    const onDisk = (await listWeights()).reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      json: result,
      text: resultLines(result),
      notes: [
        ...doubtsOf(result),
        ...(onDisk > 0 ? [`random weights take ${gigabytes(onDisk)} on the disk; bench weights --clean removes them`] : []),
        ...(written?.status === 'fulfilled' ? [`wrote ${out}`] : []),
      ],
      status: result.isPartial ? exitStatus.cancelled : hasFailed(result, values.task !== undefined) ? exitStatus.failed : exitStatus.done,
      failure,
    };
  },
});
