/** Bars with their quartiles, as SVG. */
import { short, spreadText } from '../numbers.ts';
import type { Cell, Comparison, Line } from './compare.ts';

/** Text for HTML and SVG. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);

/** Colours in both themes, and how text in charts looks. */
export const chartStyle = `:root{color-scheme:light dark;--ink:#1c1c1e;--muted:#5f5f66;--line:#d8d8d6;--paper:#fafaf9;--bar:#b4694a;--base:#8a8a90}
@media (prefers-color-scheme:dark){:root{--ink:#ececee;--muted:#a2a2aa;--line:#3a3a40;--paper:#131316;--bar:#d98a68;--base:#77777f}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}.muted{fill:var(--muted)}`;

export const chartWidth = 940;
const [barHeight, gap, labelWidth, valueWidth] = [22, 8, 270, 280];

function bar(name: string, cell: Cell | undefined, { at, most, isBase }: { at: number; most: number; isBase: boolean }): string {
  const y = at * (barHeight + gap);
  const middle = (y + barHeight * 0.7).toFixed(1);
  const label = `<text x="0" y="${middle}">${escaped(name.length > 38 ? `${name.slice(0, 37)}…` : name)}</text>`;
  if (!cell) return `${label}<text class="muted" x="${labelWidth}" y="${middle}">not measured</text>`;
  const room = chartWidth - labelWidth - valueWidth;
  const x = (value: number): number => labelWidth + (most > 0 ? (value / most) * room : 0);
  const { median, low, high } = cell.spread;
  const fill = isBase ? 'var(--base)' : 'var(--bar)';
  const ratio = isBase ? '' : cell.isNoise ? ' ≈ base' : ` ×${short(cell.ratio)}`;
  return (
    label +
    `<rect x="${labelWidth}" y="${y}" width="${(x(median) - labelWidth).toFixed(1)}" height="${barHeight}" fill="${fill}"/>` +
    `<path d="M${x(low).toFixed(1)} ${y + barHeight / 2}H${x(high).toFixed(1)}" stroke="var(--ink)" stroke-width="2"/>` +
    `<text x="${(x(Math.max(high, median)) + 8).toFixed(1)}" y="${middle}">${escaped(spreadText(cell.spread))}${ratio}</text>`
  );
}

export interface Chart {
  readonly title: string;
  readonly height: number;
  /** Elements of an SVG that is `chartWidth` wide. */
  readonly bars: string;
}

/** The bars of one figure. */
export function chartOf({ name, unit, isRate, cells }: Line, names: readonly string[], base: number): Chart {
  const most = Math.max(0, ...cells.flatMap((cell) => (cell ? [cell.spread.high, cell.spread.median] : [])));
  return {
    title: `${name}, ${unit} (${isRate ? 'more' : 'less'} is better)`,
    height: cells.length * (barHeight + gap),
    bars: cells.map((cell, at) => bar(names[at] ?? '', cell, { at, most, isBase: at === base })).join(''),
  };
}

/** All charts as one SVG file. */
export function svgOf({ names, base, lines }: Comparison): string {
  const margin = 16;
  const [titleHeight, taskHeight] = [24, 40];
  let y = margin;
  const parts = lines.map((line, index) => {
    const { title, height, bars } = chartOf(line, names, base);
    const isNewTask = lines[index - 1]?.task !== line.task;
    const heading = isNewTask ? `<text x="0" y="${y + 20}" style="font-size:16px;font-weight:600">${escaped(line.task)}</text>` : '';
    if (isNewTask) y += taskHeight;
    const text = `${heading}<text class="muted" x="0" y="${y + 12}">${escaped(title)}</text><g transform="translate(0 ${y + titleHeight})">${bars}</g>`;
    y += titleHeight + height + 8;
    return text;
  });
  const [width, height] = [chartWidth + 2 * margin, y + margin];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="ai-artist bench">
<style>${chartStyle}</style><rect width="100%" height="100%" fill="var(--paper)"/><g transform="translate(${margin} 0)">
${parts.join('\n')}
</g></svg>
`;
}
