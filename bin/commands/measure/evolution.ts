import path from 'node:path';
import { evolutionOf, evolutionSpans, evolutionSvg } from '../../../lib/artist/index.ts';
import { writeOutput } from '../../../lib/core/index.ts';
import { svgToPng } from '../../../lib/train/index.ts';
import { choice, text, toggle } from '../../flags/flags.ts';
import { checkOutput } from '../../print/output-file.ts';
import { evolutionLines } from '../../print/works/evolution-lines.ts';
import { command } from '../../shell/command.ts';
import { t } from '../../texts/texts.ts';
import { embeddedWorks, queryPositional, workFlags } from './works.ts';

const words = t.measure.evolution;

export const measureEvolutionCommand = command({
  optional: queryPositional,
  flags: {
    by: choice('Time span of a row. Default: month', evolutionSpans),
    out: text('Draw a chart to this file (.svg, .png)'),
    force: toggle('Replace an existing file'),
    ...workFlags,
  },
  examples: [
    ['$0 measure evolution', 'A row for each month'],
    ['$0 measure evolution --by week --out evolution.svg', 'By week, with a chart'],
    ['$0 measure evolution --by period --json', 'By period, with every number'],
  ],
  epilogue:
    'Likeness (consistency in --json) is the mean cosine of all pairs. The cosine to the row before compares the centroids of both: 1 is no drift, and if the interval reaches 1, the works show no certain drift. Weeks and months are UTC.',
  run: async ({ query = '', by = 'month', out, force, last, clip }, context) => {
    if (out !== undefined) await checkOutput(out, { force: force === true, endings: ['.svg', '.png'] });
    const { lists, model } = await embeddedWorks([query], { last, clip }, 1, context);
    const rows = evolutionOf(lists[0] ?? [], by, model);
    if (out !== undefined) {
      const svg = evolutionSvg(rows);
      await writeOutput(out, path.extname(out).toLowerCase() === '.png' ? await svgToPng(svg) : svg, { overwrite: force === true });
    }
    const works = rows.reduce((sum, row) => sum + row.works, 0);
    return {
      json: { scorer: model, by, rows, path: out ?? null },
      text: rows.flatMap(evolutionLines),
      notes: [
        t.measure.seenBy({ n: works, model }),
        `${words.explain}; ${t.measure.certain}`,
        ...(out === undefined ? [] : [words.drawn({ path: out })]),
      ],
    };
  },
});
