import { isAdmin, mayPaint } from '../api/session.ts';
import { isWide } from '../browser/wide.ts';
import { selection } from '../gallery/shown-works.ts';
import { hrefOf, setQuery } from '../navigate/router.ts';
import { IconButton } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { SavedList } from '../saved/saved-list.tsx';
import { type TextKey, t } from '../texts/text.ts';
import { hasCondition, withCondition, withoutCondition } from './conditions.ts';
import { FacetGroup } from './facet-group.tsx';
import { facetOrder } from './facet-table.ts';
import { facets, setPanelOpen } from './facets.ts';
import { ScoreRange } from './score-range.tsx';

/** Filters of one press. */
const quick: readonly { condition: string; label: TextKey; needsToken?: boolean }[] = [
  { condition: 'is:star', label: 'find.stars' },
  { condition: 'rating:>=4', label: 'find.best' },
  { condition: 'is:unrated', label: 'find.unrated' },
  { condition: 'flag:none', label: 'find.undecided' },
  { condition: 'is:uncollected', label: 'find.uncollected' },
  { condition: 'is:untagged', label: 'find.untagged' },
  { condition: 'is:hidden', label: 'find.hidden', needsToken: true },
];

const close = (): void => setPanelOpen(false);

/** What the works of the query have, with their numbers: beside the pictures where there is room, else over them. */
export function FacetPanel() {
  if (!isWide.value)
    return (
      <Dialog title={t('find.filters')} onClose={close} isDrawer>
        <Filters />
      </Dialog>
    );
  return (
    <aside aria-label={t('find.filters')} class="w-64 shrink-0 overflow-y-auto border-r border-line p-3 [scrollbar-width:thin]">
      <div class="flex items-center justify-between">
        <h2 class="px-1 font-semibold">{t('find.filters')}</h2>
        <IconButton icon="cross" label={t('find.closeFilters')} onClick={close} size={16} />
      </div>
      <Filters />
    </aside>
  );
}

export const toggleCondition = (condition: string): void => {
  const { query } = selection.peek();
  setQuery({ q: hasCondition(query, condition) ? withoutCondition(query, condition) : withCondition(query, condition) });
};

function Filters() {
  const { query, trashed } = selection.value;
  return (
    <>
      <div class="flex flex-wrap gap-1.5 py-2">
        {quick
          .filter(({ needsToken }) => !needsToken || mayPaint.value || isAdmin.value)
          .map(({ condition, label }) => {
            const isOn = hasCondition(query, condition);
            return (
              <button
                key={condition}
                type="button"
                aria-pressed={isOn}
                class={`min-h-7 rounded-full border px-2.5 text-xs ${isOn ? 'border-accent bg-accent text-on-accent' : 'border-line bg-raised hover:bg-sunken'}`}
                onClick={() => toggleCondition(condition)}
              >
                {t(label)}
              </button>
            );
          })}
      </div>
      <SavedList />
      {facetOrder.map((facet) => (
        <FacetGroup key={facet} facet={facet} counts={facets.value?.facets[facet] ?? []} query={query} />
      ))}
      <ScoreRange query={query} />
      {mayPaint.value && (
        <p class="pt-4">
          <a class="rounded-md px-1 py-1.5 text-sm underline" href={trashed ? hrefOf('') : hrefOf('', { trash: '1' })}>
            {t(trashed ? 'find.leaveTrash' : 'find.showTrash')}
          </a>
        </p>
      )}
    </>
  );
}
