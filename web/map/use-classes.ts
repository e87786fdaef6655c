import { useEffect, useState } from 'preact/hooks';
import { tellError } from '../parts/notices.tsx';
import { type Classes, type Colouring, classesBy, markWorks } from './colours/classes.ts';
import type { PointGrid } from './points/point-grid.ts';

/** The classes of the points by a property; undefined until they are there. */
export function useClasses(grid: PointGrid, by: Colouring): Classes | undefined {
  const [classes, setClasses] = useState<{ grid: PointGrid; classes: Classes }>();
  useEffect(() => {
    const abort = new AbortController();
    classesBy(by, grid.points, abort.signal).then(
      (made) => {
        if (!abort.signal.aborted) setClasses({ grid, classes: made });
      },
      (error) => {
        if (!abort.signal.aborted) tellError(error);
      },
    );
    return () => abort.abort();
  }, [grid, by]);
  return classes?.grid === grid && classes.classes.by === by ? classes.classes : undefined;
}

export interface Found {
  /** 1 for each point that the query finds. */
  marks: Uint8Array;
  works: number;
}

/** The works that a query finds; undefined: there is no query, or its answer has not come yet. */
export function useFound(grid: PointGrid, query: string): { found: Found | undefined; error: string | undefined } {
  const [answer, setAnswer] = useState<{ query: string; grid: PointGrid; found?: Found; error?: string }>();
  useEffect(() => {
    if (query === '') return;
    const abort = new AbortController();
    const marks = new Uint8Array(grid.points.count);
    const mark = (index: number): void => {
      marks[index] = 1;
    };
    markWorks(grid.points, query, mark, abort.signal).then(
      (works) => setAnswer({ query, grid, found: { marks, works } }),
      (error: unknown) => {
        if (!abort.signal.aborted) setAnswer({ query, grid, error: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => abort.abort();
  }, [grid, query]);
  const isCurrent = query !== '' && answer?.query === query && answer.grid === grid;
  return { found: isCurrent ? answer.found : undefined, error: isCurrent ? answer.error : undefined };
}
