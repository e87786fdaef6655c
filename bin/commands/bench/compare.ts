import { compareResults, readResult, readWorth, reportEndings, reportFiles, writeReport } from '../../../lib/bench/index.ts';
import { list, number, text, toggle } from '../../flags/flags.ts';
import { comparisonLines } from '../../print/bench-lines.ts';
import { checkOutput } from '../../print/output-file.ts';
import { command } from '../../shell/command.ts';

export const compareCommand = command({
  required: { files: list('Result files of ai-artist bench --out', undefined, (value) => value) },
  flags: {
    base: number('Which file the others are compared with, counted from 1. Default: 1'),
    price: text('Price of each machine, by files: 1999 to buy, 2.49/h to rent, - unknown; in one currency'),
    watts: text('Power of each machine under load, by files: 65, - as measured'),
    out: text('Report: a page (.html), Markdown with charts beside it (.md, .svg), or charts (.svg)'),
    force: toggle('Replace an existing file'),
  },
  examples: [
    ['$0 bench compare m4.json rtx.json', 'A table; × is how many times as good as the first'],
    ['$0 bench compare m4.json cloud.json --price 1999,2.49/h', 'Also pictures for the price'],
    ['$0 bench compare before.json after.json --out report.html', 'The same as a page with charts'],
  ],
  epilogue: '≈ marks differences that two runs on one machine may have. Results of different versions of the suite are refused.',
  run: async ({ files, base, price, watts, out, force }) => {
    const overwrite = force === true;
    if (out !== undefined) {
      await checkOutput(out, { force: overwrite, endings: reportEndings, inputs: files });
      for (const beside of reportFiles(out).slice(1))
        await checkOutput(beside, { force: overwrite, endings: reportEndings, inputs: files });
    }
    const worth = readWorth(files.length, { price, watts });
    const results = await Promise.all(files.map((file) => readResult(file)));
    const comparison = compareResults(results, (base ?? 1) - 1, worth);
    const written = out === undefined ? [] : await writeReport(out, comparison, { overwrite });
    return { json: comparison, text: comparisonLines(comparison), notes: written.map((file) => `wrote ${file}`) };
  },
});
