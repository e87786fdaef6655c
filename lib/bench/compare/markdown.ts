import { ratioText, spreadText } from '../numbers.ts';
import type { Cell, Comparison } from './compare.ts';

const escaped = (text: string): string => text.replace(/[\\|<>`*_[\]]/g, '\\$&').replace(/\s+/g, ' ');

function cellText(cell: Cell | undefined, isBase: boolean): string {
  if (!cell) return '–';
  return isBase ? spreadText(cell.spread) : `${spreadText(cell.spread)} ${ratioText(cell.ratio, cell.isNoise)}`;
}

/**
 * A table in Markdown: medians with quartiles, and how many times as good as the base.
 *
 * @param charts address of the file of svgOf(), to be shown below
 */
export function markdownOf({ names, base, lines, notes }: Comparison, charts?: string): string {
  const head = ['task', 'figure', ...names.map((name, index) => escaped(name) + (index === base ? ' (base)' : ''))];
  const rows = lines.map(({ task, name, unit, cells }) => [
    task,
    `${name}, ${unit}`,
    ...cells.map((cell, index) => cellText(cell, index === base)),
  ]);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    '',
    'Median [quartiles]. × is how many times as good as the base; ≈ is a difference that two runs on one machine may have.',
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${escaped(note)}`)] : []),
    ...(charts === undefined ? [] : [`\n![Bars of these figures](${encodeURI(charts)})`]),
    '',
  ].join('\n');
}
