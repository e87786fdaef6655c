import { answering, xmlText } from '../../core/index.ts';
import { loadSharp } from '../../image/index.ts';
import type { LossPoint, TrainingLog } from './training-log.ts';

const width = 960;
const height = 480;
/** Margins of the plot within the picture, pixels. */
const frame = { left: 72, right: 24, top: 48, bottom: 56 };
const plot = { width: width - frame.left - frame.right, height: height - frame.top - frame.bottom };
/** Colours that people with colour blindness can distinguish (Okabe and Ito 2008). */
const colours = { raw: '#c8d7e6', smooth: '#0072b2', validation: '#d55e00', grid: '#e4e4e4', text: '#333333' };

/** Returns about `wanted` ticks between two numbers, at steps of 1, 2 or 5 times a power of ten. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Range of losses to draw; the lowest and highest percent of single steps may lie outside. */
function lossRange(log: TrainingLog): [number, number] {
  const single = log.steps.map(({ loss }) => loss).sort((a, b) => a - b);
  const at = (share: number): number => single[Math.min(single.length - 1, Math.floor(share * single.length))] ?? 0;
  const others = [
    ...log.validation.map(({ loss }) => loss),
    ...log.steps.flatMap(({ smoothedLoss }) => (smoothedLoss === undefined ? [] : [smoothedLoss])),
  ];
  const bounds = [...others, ...(single.length > 0 ? [at(0.01), at(0.99)] : [])];
  if (bounds.length === 0) return [0, 1];
  const [low, high] = bounds.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity] as [
    number,
    number,
  ]);
  const margin = high > low ? (high - low) * 0.06 : Math.max(Math.abs(high) * 0.1, 1e-6);
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
}

/** Keeps at most two points per pixel column, its lowest and highest, so that the file stays small even for 100,000 steps. */
function thinned(steps: readonly LossPoint[], x: (step: number) => number): { step: number; loss: number }[] {
  if (steps.length <= 2 * plot.width) return [...steps];
  const result: { step: number; loss: number }[] = [];
  let column: LossPoint[] = [];
  const flush = (): void => {
    const sorted = [...column].sort((a, b) => a.loss - b.loss);
    const [least, most] = [sorted[0], sorted.at(-1)];
    if (least && most) result.push(...(least === most ? [least] : least.step < most.step ? [least, most] : [most, least]));
    column = [];
  };
  for (const point of steps) {
    const first = column[0];
    if (first && Math.floor(x(first.step)) !== Math.floor(x(point.step))) flush();
    column.push(point);
  }
  flush();
  return result;
}

const svgText = (at: [number, number], words: string, anchor: string, size = 13): string =>
  `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${xmlText(words)}</text>`;

/** The names of the curves that are drawn, left to right above the plot. */
function legendOf(entries: readonly (readonly [words: string, colour: string, drawn: boolean])[]): string[] {
  let place = frame.left;
  return entries.flatMap(([words, colour, drawn]) => {
    if (!drawn) return [];
    const entry = `<rect x="${place}" y="30" width="18" height="4" fill="${colour}"/>${svgText([place + 24, 37], words, 'start')}`;
    place += 44 + words.length * 7;
    return [entry];
  });
}

/**
 * Draws the losses of a run as SVG: each step, the smoothed curve, and the validation loss with its minimum marked. The same log gives the
 * same bytes.
 */
export const lossCurveSvg = answering('lossCurveSvg', (log: TrainingLog, title = 'Loss'): string => {
  const lastStep = Math.max(1, log.steps.at(-1)?.step ?? 1, log.validation.at(-1)?.step ?? 1);
  const [low, high] = lossRange(log);
  const x = (step: number): number => frame.left + (step / lastStep) * plot.width;
  const y = (loss: number): number => frame.top + (1 - (Math.min(high, Math.max(low, loss)) - low) / (high - low)) * plot.height;
  const path = (points: readonly { step: number; loss: number }[]): string =>
    points.map(({ step, loss }, index) => `${index === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`).join('');
  const line = (points: readonly { step: number; loss: number }[], colour: string, thickness: number): string =>
    points.length === 0
      ? ''
      : `<path d="${path(points)}" fill="none" stroke="${colour}" stroke-width="${thickness}" stroke-linejoin="round"/>`;
  const smooth = log.steps.flatMap(({ step, smoothedLoss }) => (smoothedLoss === undefined ? [] : [{ step, loss: smoothedLoss }]));
  const best = log.validation.reduce<{ step: number; loss: number } | undefined>(
    (least, point) => (least && least.loss <= point.loss ? least : point),
    undefined,
  );
  const grid = ticks(low, high, 5).map(
    (loss) =>
      `<line x1="${frame.left}" x2="${width - frame.right}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}" stroke="${colours.grid}"/>${svgText([frame.left - 8, y(loss) + 4], String(loss), 'end')}`,
  );
  const steps = ticks(0, lastStep, 8).map((step) => svgText([x(step), height - frame.bottom + 20], String(step), 'middle'));
  const dots = log.validation.map(
    (point) =>
      `<circle cx="${x(point.step).toFixed(1)}" cy="${y(point.loss).toFixed(1)}" r="${point === best ? 5 : 3}" fill="${colours.validation}"/>`,
  );
  const lowest = best === undefined ? '' : `, lowest ${best.loss.toPrecision(4)} at step ${best.step}`;
  const legend = legendOf([
    ['each step', colours.raw, log.steps.length > 0],
    ['smoothed', colours.smooth, smooth.length > 0],
    [`validation${lowest}`, colours.validation, log.validation.length > 0],
  ]);
  const last = smooth.at(-1) ?? log.steps.at(-1);
  const description = last === undefined ? 'no steps yet' : `loss ${last.loss.toPrecision(4)} after ${last.step} steps`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" fill="${colours.text}">`,
    `<title>${xmlText(`${title}: ${description}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    svgText([frame.left, 20], title, 'start', 15),
    ...legend,
    ...grid,
    ...steps,
    svgText([frame.left + plot.width / 2, height - 12], 'step', 'middle'),
    line(thinned(log.steps, x), colours.raw, 1),
    line(smooth.length > 2 * plot.width ? thinned(smooth, x) : smooth, colours.smooth, 2),
    line(log.validation, colours.validation, 2),
    ...dots,
    '</svg>',
    '',
  ]
    .filter((part, index, all) => part !== '' || index === all.length - 1)
    .join('\n');
});

/** Converts the SVG to PNG. The text needs a font on the machine; curve and colours do not. */
export async function svgToPng(svg: string): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(Buffer.from(svg)).png({ compressionLevel: 9 }).toBuffer();
}
