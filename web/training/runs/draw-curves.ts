/** Loaded only where a curve is shown: it brings uPlot. */
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Line {
  label: string;
  points: readonly (readonly [step: number, loss: number])[];
  /** Single values with dots instead of a line. */
  isSparse?: boolean;
}

export interface Drawn {
  update: (lines: readonly Line[]) => void;
  resize: (width: number) => void;
  remove: () => void;
}

const height = 280;
/** Distances of the marks below the curve: there is no half step. */
const wholeSteps = [1, 10, 100, 1000, 10_000, 100_000].flatMap((one) => [one, 2 * one, 5 * one]);
/** Colours of the page, which both themes have; lines beyond them repeat with dashes. */
const colours = ['accent', 'good', 'bad', 'ink', 'muted'];

/** A colour of the page as the canvas needs it: computed for the theme in use. */
function computedColour(within: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--color-${name})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const dataOf = (lines: readonly Line[]): UPlot.AlignedData =>
  UPlot.join(lines.map(({ points }) => [points.map(([step]) => step), points.map(([, loss]) => loss)]));

/** Draws loss over steps into an element. The number of lines stays; their points change by update(). */
export function drawCurves(into: HTMLElement, lines: readonly Line[], { width, xLabel }: { width: number; xLabel: string }): Drawn {
  const axis = (): UPlot.Axis => ({
    stroke: () => computedColour(into, 'muted'),
    grid: { stroke: () => computedColour(into, 'line'), width: 1 },
    ticks: { stroke: () => computedColour(into, 'line'), width: 1 },
  });
  const plot = new UPlot(
    {
      width,
      height,
      scales: { x: { time: false } },
      axes: [
        { ...axis(), incrs: wholeSteps },
        { ...axis(), size: 60 },
      ],
      legend: { live: true },
      cursor: { drag: { x: true, y: false } },
      series: [
        { label: xLabel },
        ...lines.map(({ label, isSparse }, index) => ({
          label,
          stroke: () => computedColour(into, colours[index % colours.length] ?? 'ink'),
          width: 2,
          ...(index >= colours.length && { dash: [6, 4] }),
          spanGaps: true,
          points: { show: isSparse === true },
        })),
      ],
    },
    dataOf(lines),
    into,
  );
  return {
    update: (now) => plot.setData(dataOf(now)),
    resize: (to) => plot.setSize({ width: to, height }),
    remove: () => plot.destroy(),
  };
}
