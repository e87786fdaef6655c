import { xmlText } from '../../core/index.ts';
import type { EvolutionRow } from './evolution.ts';

const width = 960;
const frame = { left: 64, right: 200, top: 40, gap: 56, bottom: 48 };
const plotWidth = width - frame.left - frame.right;
const plotHeight = 200;
const height = frame.top + 2 * plotHeight + frame.gap + frame.bottom;
/** Colours that people with colour blindness can distinguish, too (Okabe and Ito 2008). */
const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
const ink = { text: '#333333', grid: '#e4e4e4', band: '#c8d7e6' };

const at = (value: number): string => value.toFixed(1);

function label(x: number, y: number, text: string, rest = ''): string {
  return `<text x="${at(x)}" y="${at(y)}" ${rest}>${xmlText(text)}</text>`;
}

/** Draws two charts as SVG. Top: each span's styles as shares of its works. Bottom: consistency with its interval, and the cosine to the span before. */
export function evolutionSvg(rows: readonly EvolutionRow[]): string {
  const totals = new Map<string, number>();
  for (const { styles } of rows) for (const { name, works } of styles) totals.set(name, (totals.get(name) ?? 0) + works);
  const ranked = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const shown = ranked.slice(0, colours.length - 1);
  const step = plotWidth / rows.length;
  const centre = (index: number): number => frame.left + (index + 0.5) * step;
  const parts: string[] = [label(frame.left, 24, 'Styles, shares of the works', 'font-weight="bold"')];
  for (const [index, { styles, works, span }] of rows.entries()) {
    let top = frame.top;
    const bars = [...shown, 'others'].map((name) => {
      const count = styles
        .filter((style) => (name === 'others' ? !shown.includes(style.name) : style.name === name))
        .reduce((sum, style) => sum + style.works, 0);
      return { name, share: count / works };
    });
    for (const [place, { name, share }] of bars.entries()) {
      const size = share * plotHeight;
      if (size > 0)
        parts.push(
          `<rect x="${at(centre(index) - step * 0.4)}" y="${at(top)}" width="${at(step * 0.8)}" height="${at(size)}" fill="${name === 'others' ? colours.at(-1) : colours[place]}"><title>${xmlText(`${span}: ${name} ${Math.round(100 * share)} %`)}</title></rect>`,
        );
      top += size;
    }
  }
  for (const [place, name] of (ranked.length > shown.length ? [...shown, 'others'] : shown).entries()) {
    const y = frame.top + 14 + place * 20;
    parts.push(
      `<rect x="${width - frame.right + 16}" y="${y - 10}" width="12" height="12" fill="${name === 'others' ? colours.at(-1) : colours[place]}"/>`,
    );
    parts.push(label(width - frame.right + 34, y, name));
  }
  const base = frame.top + plotHeight + frame.gap;
  const y = (value: number): number => base + plotHeight * (1 - Math.min(1, Math.max(0, value)));
  parts.push(label(frame.left, base - 12, 'Consistency (95 % interval) and cosine to the span before', 'font-weight="bold"'));
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(`<line x1="${frame.left}" x2="${frame.left + plotWidth}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="${ink.grid}"/>`);
    parts.push(label(frame.left - 8, y(value) + 4, String(value), 'text-anchor="end"'));
  }
  const lines: [string, (row: EvolutionRow) => { value: number; interval: readonly [number, number] } | undefined][] = [
    ['#0072b2', ({ consistency }) => consistency && { value: consistency.mean, interval: consistency.interval }],
    ['#d55e00', ({ toPrevious }) => toPrevious && { value: toPrevious.cosine, interval: toPrevious.interval }],
  ];
  for (const [place, [colour, read]] of lines.entries()) {
    const points = rows.flatMap((row, index) => {
      const point = read(row);
      return point ? [{ x: centre(index) + (place - 0.5) * 6, ...point }] : [];
    });
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(({ x, value }) => `${at(x)},${at(y(value))}`).join(' ')}"/>`,
    );
    for (const { x, value, interval } of points) {
      parts.push(
        `<line x1="${at(x)}" x2="${at(x)}" y1="${at(y(interval[0]))}" y2="${at(y(interval[1]))}" stroke="${colour}" stroke-width="1.5"/>`,
      );
      parts.push(`<circle cx="${at(x)}" cy="${at(y(value))}" r="3.5" fill="${colour}"/>`);
    }
    parts.push(`<rect x="${width - frame.right + 16}" y="${base + 4 + place * 20}" width="12" height="12" fill="${colour}"/>`);
    parts.push(label(width - frame.right + 34, base + 14 + place * 20, place === 0 ? 'consistency' : 'to the span before'));
  }
  // Label only as many spans as fit.
  const every = Math.ceil(rows.length / Math.max(1, Math.floor(plotWidth / 80)));
  for (const [index, { span, works }] of rows.entries())
    if (index % every === 0) parts.push(label(centre(index), height - 20, `${span} (${works})`, 'text-anchor="middle"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="${ink.text}" role="img" aria-label="How the works changed"><rect width="100%" height="100%" fill="#ffffff"/>${parts.join('')}</svg>\n`;
}
