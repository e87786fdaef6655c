import path from 'node:path';
import { type EvolutionRow, evolutionOf, evolutionSpans, evolutionSvg } from '../../../lib/artist/index.ts';
import { counted, writeOutput } from '../../../lib/core/index.ts';
import { svgToPng } from '../../../lib/train/index.ts';
import { choice, text, toggle } from '../../flags/flags.ts';
import { checkOutput } from '../../print/output-file.ts';
import { command } from '../../shell/command.ts';
import { embeddedWorks, queryPositional, workFlags } from './works.ts';

const range = ([low, high]: readonly [number, number]): string => `${low.toFixed(3)} to ${high.toFixed(3)}`;

function rowLines({ span, works, consistency, novelty, toPrevious, score, styles }: EvolutionRow): string[] {
  const shares = styles.map(
    ({ name, share, score: mean }) => `${name} ${Math.round(100 * share)} %${mean === undefined ? '' : ` (score ${mean.toFixed(3)})`}`,
  );
  const facts = [
    `${counted(works, 'work')}`,
    ...(consistency ? [`consistency ${consistency.mean.toFixed(3)} (${range(consistency.interval)})`] : []),
    ...(toPrevious ? [`to the span before ${toPrevious.cosine.toFixed(3)} (${range(toPrevious.interval)})`] : []),
    ...(novelty ? [`novelty ${novelty.mean.toFixed(3)}`] : []),
    ...(score ? [`score ${score.mean.toFixed(3)}`] : []),
  ];
  return [`${span.padEnd(9)} ${facts.join('; ')}`, ...(shares.length > 0 ? [`          ${shares.join(', ')}`] : [])];
}

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
    'The cosine to the span before compares the centroids of both: 1 is no drift, and if the interval reaches 1, the works show no certain drift. Consistency is the mean cosine of all pairs. Weeks and months are UTC.',
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
      text: rows.flatMap(rowLines),
      notes: [`${counted(works, 'work')} by ${model}${out === undefined ? '' : `, drawn as ${out}`}`],
    };
  },
});
