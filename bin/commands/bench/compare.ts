import { compareResults, markdownOf, pageOf, readResult, writeReport } from '../../../lib/bench/index.ts';
import { list, number, text, toggle } from '../../flags/flags.ts';
import { comparisonLines } from '../../print/bench-lines.ts';
import { checkOutput } from '../../print/output-file.ts';
import { command } from '../../shell/command.ts';

const endings = ['.md', '.html'] as const;

export const compareCommand = command({
  required: { files: list('Result files of ai-artist bench --out', undefined, (value) => value) },
  flags: {
    base: number('Which file the others are compared with, counted from 1. Default: 1'),
    out: text('Report: Markdown (.md) or a page with charts (.html)'),
    force: toggle('Replace an existing file'),
  },
  examples: [
    ['$0 bench compare m4.json rtx.json', 'A table; × is how many times as good as the first'],
    ['$0 bench compare before.json after.json --out report.html', 'The same as a page with charts'],
  ],
  epilogue: '≈ marks differences within the spread of the repeats. Results of different versions of the suite are refused.',
  run: async ({ files, base, out, force }) => {
    if (out !== undefined) await checkOutput(out, { force: force === true, endings, inputs: files });
    const results = await Promise.all(files.map((file) => readResult(file)));
    const comparison = compareResults(results, (base ?? 1) - 1);
    if (out !== undefined)
      await writeReport(out, out.toLowerCase().endsWith('.md') ? markdownOf(comparison) : pageOf(comparison), {
        overwrite: force === true,
      });
    return { json: comparison, text: comparisonLines(comparison), ...(out !== undefined && { notes: [`wrote ${out}`] }) };
  },
});
