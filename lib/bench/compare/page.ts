/** The report as one page: no script, no request. */
import { short, spreadText } from '../numbers.ts';
import type { Cell, Comparison, Line } from './compare.ts';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);

const style = `:root{color-scheme:light dark;--ink:#1c1c1e;--muted:#5f5f66;--line:#d8d8d6;--paper:#fafaf9;--bar:#b4694a;--base:#8a8a90}
@media (prefers-color-scheme:dark){:root{--ink:#ececee;--muted:#a2a2aa;--line:#3a3a40;--paper:#131316;--bar:#d98a68;--base:#77777f}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:.95rem;font-weight:500;margin:1rem 0 .25rem;color:var(--muted)}
svg{display:block;width:100%;height:auto}text{font:13px system-ui,sans-serif;fill:var(--ink)}.muted{fill:var(--muted)}p.muted,li{color:var(--muted)}`;

const width = 800;
const [barHeight, gap, labelWidth, valueWidth] = [22, 8, 200, 210];

function bar(name: string, cell: Cell | undefined, { at, most, isBase }: { at: number; most: number; isBase: boolean }): string {
  const y = at * (barHeight + gap);
  const middle = y + barHeight * 0.7;
  const label = `<text x="0" y="${middle}">${escaped(name.length > 28 ? `${name.slice(0, 27)}…` : name)}</text>`;
  if (!cell) return `${label}<text class="muted" x="${labelWidth}" y="${middle}">not measured</text>`;
  const room = width - labelWidth - valueWidth;
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

function chart({ name, unit, isRate, cells }: Line, names: readonly string[], base: number): string {
  const most = Math.max(0, ...cells.flatMap((cell) => (cell ? [cell.spread.high, cell.spread.median] : [])));
  const height = cells.length * (barHeight + gap);
  const bars = cells.map((cell, at) => bar(names[at] ?? '', cell, { at, most, isBase: at === base })).join('');
  const title = `${name}, ${unit} (${isRate ? 'more' : 'less'} is better)`;
  return `<h3>${escaped(title)}</h3><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${bars}</svg>`;
}

/** A page with bars, their quartiles and the ratio to the base. */
export function pageOf({ names, base, lines, notes }: Comparison): string {
  const tasks = [...new Set(lines.map(({ task }) => task))];
  const sections = tasks.map((task) => {
    const own = lines.filter((line) => line.task === task);
    const other = [...new Set(own.flatMap(({ differing }) => differing))].map((index) => names[index] ?? '');
    const pixels = other.length > 0 ? `<p class="muted">Other pixels than the base: ${escaped(other.join(', '))}</p>` : '';
    return `<section><h2>${escaped(task)}</h2>${pixels}${own.map((line) => chart(line, names, base)).join('')}</section>`;
  });
  const said = notes.length > 0 ? `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ai-artist bench</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${style}</style></head>
<body><h1>ai-artist bench</h1><p class="muted">Bars are medians, lines quartiles. × is how many times as good as ${escaped(names[base] ?? '')}; ≈ is a difference within the spread.</p>
${said}${sections.join('\n')}</body></html>
`;
}
