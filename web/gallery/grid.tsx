import { effect, useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Columns } from '../api/columns.ts';
import { px } from '../parts/px.ts';
import { useSize } from '../parts/use-size.ts';
import { t } from '../texts/text.ts';
import { listRowHeight } from '../views/list-row.tsx';
import type { View } from '../views/view.tsx';
import { GroupHeader } from './group-header.tsx';
import { groupsOf } from './groups.ts';
import { type Layout, layOut, layOutList, rowAt, rowOfWork } from './layout.ts';
import { focused, heldPlace, holdPlace } from './place-kept.ts';
import { looking, pointing } from './pointing.ts';
import { ScrollSpace } from './scroll-space.ts';
import { Scrubber } from './scrubber.tsx';
import { isSelecting } from './selection.ts';
import { isFast, Tile } from './tile.tsx';
import { useGridKeys } from './use-grid-keys.ts';

const gaps: Readonly<Record<View, number>> = { rows: 4, wall: 0, list: 1 };
const headerHeight = 44;
const scrubberWidth = 28;
const idleMs = 120;

interface GridProps {
  columns: Columns;
  /** Identity of the selection: its place is kept apart. */
  selectionKey: string;
  rowHeight: number;
  /** Whether the order is that of time, so that days and the timeline mean something. */
  isTimed: boolean;
  view: View;
  /** Whether nothing covers it, so that keys mean it. */
  isInFront: boolean;
  /** Whether works can be chosen and asked about. Default true; an exported site can only show them. */
  hasActions?: boolean;
}

const noGroups = new Uint16Array(0);

/** All works of a selection, however many: only what is in view, and a little more, is in the document. */
export function Grid({ columns, selectionKey, rowHeight, isTimed, view, isInFront, hasActions = true }: GridProps) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const space = useRef(new ScrollSpace()).current;
  const size = useSize(box);
  /** Where the content stands, and how far the box is off it: see ScrollSpace. */
  const stand = useSignal({ y: 0, offset: 0 });
  const groups = useMemo(() => (isTimed ? groupsOf(columns) : undefined), [columns, isTimed]);
  const width = Math.max(0, size.width - (isTimed ? scrubberWidth : 0));
  const gap = gaps[view];
  const layout = useMemo(() => {
    if (width === 0) return undefined;
    const of = groups?.of ?? noGroups;
    const header = groups && view !== 'wall' ? headerHeight : 0;
    return view === 'list'
      ? layOutList(columns.count, of, { width, rowHeight: listRowHeight, gap, header })
      : layOut(columns.ratios, of, { width, rowHeight, gap, header });
  }, [columns, groups, width, rowHeight, view]);

  const goTo = useCallback(
    (to: number) => {
      if (!box.current) return;
      const top = space.placeFor(to);
      box.current.scrollTop = top;
      const most = Math.max(0, (layout?.height ?? 0) - size.height);
      stand.value = { y: Math.min(Math.max(0, to), most), offset: space.offset };
    },
    [layout, size.height],
  );

  // The place is kept by the work at the top of the view, through every change of layout, selection and address.
  useLayoutEffect(() => {
    if (!layout || size.height === 0) return;
    space.resize(layout.height, size.height, devicePixelRatio);
    // Drawn with the height of the layout before: what scrolls now would end there.
    if (content.current) content.current.style.height = px(space.boxHeight);
    goTo(placeOf(layout, columns, heldPlace(selectionKey)));
  }, [layout, size.height, selectionKey]);

  useEffect(() => {
    const onScroll = (): void => {
      const element = box.current;
      if (!element || !layout) return;
      const next = space.moved(element.scrollTop);
      noteSpeed(Math.abs(next - stand.peek().y), size.height);
      stand.value = { y: next, offset: space.offset };
      const row = rowAt(layout, next);
      const first = layout.firsts[row] ?? 0;
      holdPlace(selectionKey, next < 1 ? undefined : { id: columns.idAt(first), below: next - (layout.tops[row] ?? 0) });
    };
    /** Where the box is lower than the content, small movements bring them apart; at rest they are brought together. */
    const onRest = (): void => {
      if (space.isScaled && box.current) goTo(stand.peek().y);
    };
    const element = box.current;
    element?.addEventListener('scroll', onScroll, { passive: true });
    element?.addEventListener('scrollend', onRest);
    return () => {
      element?.removeEventListener('scroll', onScroll);
      element?.removeEventListener('scrollend', onRest);
    };
  }, [layout, size.height, selectionKey, goTo]);

  // The list follows the work that has the focus: by keys here, or by next and previous in the viewer.
  useEffect(
    () =>
      effect(() => {
        const index = focused.value;
        // A longer list is laid out before this follows it.
        if (index === undefined || !layout || index >= layout.lefts.length || size.height === 0) return;
        const row = rowOfWork(layout, index);
        const top = layout.tops[row] ?? 0;
        const bottom = layout.tops[row + 1] ?? top;
        const at = stand.peek().y;
        if (top < at) goTo(top - gap);
        else if (bottom > at + size.height) goTo(bottom - size.height);
      }),
    [layout, size.height, goTo],
  );

  useGridKeys(layout, size.height, () => stand.peek().y, { isInFront, hasActions });

  return (
    <div class="relative min-h-0 flex-1">
      <div
        ref={box}
        {...(hasActions ? pointing : looking)}
        class="group/grid absolute inset-0 overflow-y-auto overscroll-contain [scrollbar-width:thin]"
        style={{ overflowAnchor: 'none' }}
        data-grid
        data-selecting={isSelecting.value ? '' : undefined}
      >
        <div ref={content} class="relative" style={{ height: px(layout ? space.boxHeight || layout.height : 0) }}>
          {layout && size.height > 0 && (
            <Rows
              layout={layout}
              columns={columns}
              groups={groups}
              y={stand.value.y}
              offset={stand.value.offset}
              viewport={size.height}
              hasActions={hasActions}
              isList={view === 'list'}
            />
          )}
        </div>
      </div>
      {layout && isTimed && columns.count === columns.total && (
        <Scrubber
          days={columns.days}
          at={columnsAt(layout, stand.value.y)}
          onGo={(index) => goTo(layout.tops[rowOfWork(layout, index)] ?? 0)}
          width={scrubberWidth}
        />
      )}
    </div>
  );
}

const columnsAt = (layout: Layout, y: number): number => layout.firsts[rowAt(layout, y)] ?? 0;

let calm: number | undefined;
function noteSpeed(distance: number, viewport: number): void {
  if (distance < viewport) return;
  isFast.value = true;
  clearTimeout(calm);
  calm = window.setTimeout(() => {
    isFast.value = false;
  }, idleMs);
}

function placeOf(layout: Layout, columns: Columns, held: { id: string; below: number } | undefined): number {
  if (!held) return 0;
  const index = columns.indexOf(held.id);
  return index < 0 ? 0 : (layout.tops[rowOfWork(layout, index)] ?? 0) + held.below;
}

interface RowsProps {
  layout: Layout;
  columns: Columns;
  groups: ReturnType<typeof groupsOf> | undefined;
  y: number;
  offset: number;
  viewport: number;
  hasActions: boolean;
  isList: boolean;
}

/** Rows above and below the view, as a share of its height. */
const beyond = 0.6;

function Rows({ layout, columns, groups, y, offset, viewport, isList, hasActions }: RowsProps) {
  const from = rowAt(layout, y - viewport * beyond);
  const to = rowAt(layout, y + viewport * (1 + beyond));
  const tiles: ComponentChild[] = [];
  const headers: ComponentChild[] = [];
  const focus = focused.value ?? layout.firsts[rowAt(layout, y)] ?? 0;
  for (let row = from; row <= to && row < layout.rows; row++) {
    const first = layout.firsts[row] ?? 0;
    const end = layout.firsts[row + 1] ?? first;
    const isHeaded = layout.headed[row] === 1;
    const top = (layout.tops[row] ?? 0) + offset;
    if (isHeaded && groups)
      headers.push(
        <GroupHeader
          key={`group ${groups.of[first]}`}
          label={groups.label(groups.of[first] ?? 0)}
          first={first}
          groups={groups.of}
          top={top}
          height={headerHeight}
          hasActions={hasActions}
        />,
      );
    for (let index = first; index < end; index++)
      tiles.push(
        <Tile
          key={columns.idAt(index)}
          id={columns.idAt(index)}
          index={index}
          count={columns.total}
          hasActions={hasActions}
          left={layout.lefts[index] ?? 0}
          top={top + (isHeaded ? headerHeight : 0)}
          width={layout.widths[index] ?? 0}
          height={layout.heights[row] ?? 0}
          isFocused={index === focus}
          isList={isList}
        />,
      );
  }
  return (
    <>
      {headers}
      <ul aria-label={t('works.grid')}>{tiles}</ul>
    </>
  );
}
