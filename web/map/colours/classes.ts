/** Sorts the works of the map into classes of one colour each. */
import type { FacetAnswer } from '../../../lib/server/api/works/work-routes.ts';
import { ask, send } from '../../api/client.ts';
import { dayMs, idBytes, readIds } from '../../api/columns.ts';
import { facetRow } from '../../find/facet-table.ts';
import { monthText, t } from '../../texts/text.ts';
import type { MapPoints } from '../points/columns.ts';

export const colourings = ['topic', 'style', 'rating', 'time'] as const;
export type Colouring = (typeof colourings)[number];

export interface Legend {
  label: string;
  works: number;
  /** undefined: works without a value. */
  step: number | undefined;
}

export interface Classes {
  by: Colouring;
  /** Class of each point: index in `legend`. */
  of: Uint8Array;
  legend: Legend[];
  /** Whether classes have an order, so that their colours are steps. */
  isOrdered: boolean;
}

const mostNames = 8;
const timeSteps = 6;

/** Work between two pauses, milliseconds, and works between two looks at the clock. */
const sliceMs = 8;
const stride = 1024;

/** Marks the works of a query; returns how many of them are on the map. @throws ApiError */
export async function markWorks(points: MapPoints, query: string, mark: (index: number) => void, signal?: AbortSignal): Promise<number> {
  const body = await (await send('works/ids', { query: { query }, signal })).arrayBuffer();
  const { count: total, ids } = readIds(body);
  let count = 0;
  let until = performance.now() + sliceMs;
  for (let at = 0; at < total; at++) {
    if (at % stride === 0 && performance.now() > until) {
      await new Promise((go) => setTimeout(go));
      signal?.throwIfAborted();
      until = performance.now() + sliceMs;
    }
    const index = points.ids.indexOf(ids, at * idBytes);
    if (index < 0) continue;
    mark(index);
    count++;
  }
  return count;
}

/** @throws ApiError; the signal's reason */
export async function classesBy(by: Colouring, points: MapPoints, signal: AbortSignal): Promise<Classes> {
  return by === 'time' ? byTime(points) : byFacet(by, points, signal);
}

async function byFacet(by: 'topic' | 'style' | 'rating', points: MapPoints, signal: AbortSignal): Promise<Classes> {
  const { facets } = await ask<FacetAnswer>('facets', { query: { facets: by }, signal });
  const isOrdered = by === 'rating';
  const named = (facets[by] ?? []).filter(({ name }) => name !== 'none' && name !== '');
  const shown = isOrdered ? [...named].sort((a, b) => (a.name < b.name ? -1 : 1)) : named.slice(0, mostNames);
  const { condition, label = (name: string) => name } = facetRow(by);
  // 0 is the class of works without a value; the legend has it last.
  const of = new Uint8Array(points.count);
  const legend: Legend[] = [];
  for (const [step, { name }] of shown.entries()) {
    const works = await markWorks(
      points,
      condition(name),
      (index) => {
        of[index] = step + 1;
      },
      signal,
    );
    legend.push({ label: label(name), works, step: isOrdered ? Number(name) : step });
  }
  const rest = points.count - legend.reduce((sum, { works }) => sum + works, 0);
  const none = by === 'rating' ? t('find.unrated') : named.length > shown.length ? t('map.others') : t('map.without');
  return { by, of: shifted(of, legend.length), legend: [...legend, { label: none, works: Math.max(0, rest), step: undefined }], isOrdered };
}

/** Class 0 becomes the last one. */
function shifted(classes: Uint8Array, last: number): Uint8Array {
  for (let index = 0; index < classes.length; index++) classes[index] = classes[index] === 0 ? last : (classes[index] as number) - 1;
  return classes;
}

/** Spans with equally many works, oldest first; those of one month are one. The works are in the order of time, newest first. */
function byTime(points: MapPoints): Classes {
  const { count } = points;
  const of = new Uint8Array(count);
  const steps = Math.max(1, Math.min(timeSteps, count));
  const legend: Legend[] = [];
  for (let step = 0; step < steps; step++) {
    const from = Math.floor(((steps - 1 - step) * count) / steps);
    const to = Math.floor(((steps - step) * count) / steps);
    const [first, last] = [monthOf(points.timeAt(Math.max(from, to - 1))), monthOf(points.timeAt(from))];
    const label = first === last ? first : t('map.span', { from: first, to: last });
    const before = legend.at(-1);
    if (before?.label === label) before.works += to - from;
    else legend.push({ label, works: to - from, step });
    of.fill(legend.length - 1, from, to);
  }
  return { by: 'time', of, legend, isOrdered: true };
}

const monthOf = (time: number): string => monthText(Math.floor(time / dayMs));
