/** The report as one page: no script, no request. */
import { chartOf, chartStyle, chartWidth, escaped } from './chart.ts';
import type { Comparison, Line } from './compare.ts';

const style = `${chartStyle}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:.95rem;font-weight:500;margin:1rem 0 .25rem;color:var(--muted)}
svg{display:block;width:100%;height:auto}p.muted,li{color:var(--muted)}`;

function figure(line: Line, names: readonly string[], base: number): string {
  const { title, height, bars } = chartOf(line, names, base);
  const text = escaped(title);
  return `<h3>${text}</h3><svg viewBox="0 0 ${chartWidth} ${height}" role="img" aria-label="${text}">${bars}</svg>`;
}

/** A page with bars, their quartiles and the ratio to the base. */
export function pageOf({ names, base, lines, notes }: Comparison): string {
  const tasks = [...new Set(lines.map(({ task }) => task))];
  const sections = tasks.map((task) => {
    const own = lines.filter((line) => line.task === task);
    const other = [...new Set(own.flatMap(({ differing }) => differing))].map((index) => names[index] ?? '');
    const pixels = other.length > 0 ? `<p class="muted">Other pixels than the base: ${escaped(other.join(', '))}</p>` : '';
    return `<section><h2>${escaped(task)}</h2>${pixels}${own.map((line) => figure(line, names, base)).join('')}</section>`;
  });
  const said = notes.length > 0 ? `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ai-artist bench</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${style}</style></head>
<body><h1>ai-artist bench</h1><p class="muted">Bars are medians, lines quartiles. × is how many times as good as ${escaped(names[base] ?? '')}; ≈ is a difference that two runs on one machine may have.</p>
${said}${sections.join('\n')}</body></html>
`;
}
