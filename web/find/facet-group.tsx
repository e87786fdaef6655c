import { useState } from 'preact/hooks';
import type { Count, FacetName } from '../../lib/gallery/search/facets.ts';
import { setQuery } from '../navigate/router.ts';
import { Icon } from '../parts/icon.tsx';
import { isBoolean, readStored, store } from '../parts/storage.ts';
import { numberText, t } from '../texts/text.ts';
import { hasCondition, opposite, withCondition, withoutCondition } from './conditions.ts';
import { facetRow } from './facet-table.ts';

/** Shown before "Show all", and then: more are found by the search field sooner. */
const [few, most] = [8, 200];

interface FacetGroupProps {
  facet: FacetName;
  counts: readonly Count[];
  query: string;
}

/** The values of one facet. A press narrows the query; a second one widens it again. */
export function FacetGroup({ facet, counts, query }: FacetGroupProps) {
  const { isOpen: startsOpen = false, isNewestFirst = false } = facetRow(facet);
  const [isOpen, setOpen] = useState(readStored('local', `facet ${facet}`, isBoolean) ?? startsOpen);
  const [isWhole, setWhole] = useState(false);
  if (counts.length === 0) return null;
  const ordered = isNewestFirst ? [...counts].reverse() : counts;
  const shown = ordered.slice(0, isWhole ? most : few);
  const largest = counts.reduce((max, { works }) => Math.max(max, works), 1);
  const toggle = (): void => {
    setOpen(!isOpen);
    store('local', `facet ${facet}`, !isOpen);
  };
  return (
    <section class="border-t border-line py-1 first:border-0">
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          class="flex min-h-9 w-full items-center justify-between rounded-md px-1 text-sm font-semibold hover:bg-sunken"
          onClick={toggle}
        >
          {t(`find.facet.${facet}`)}
          <span class={`text-muted ${isOpen ? 'rotate-90' : ''}`}>
            <Icon name="forward" size={14} />
          </span>
        </button>
      </h3>
      {isOpen && (
        <ul class="pb-2">
          {shown.map((count) => (
            <FacetValue key={count.name} facet={facet} count={count} share={count.works / largest} query={query} />
          ))}
        </ul>
      )}
      {isOpen && ordered.length > few && (
        <button type="button" class="mb-2 min-h-8 px-2 text-sm underline" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('find.fewer') : t('find.all', { n: ordered.length })}
        </button>
      )}
      {isOpen && isWhole && ordered.length > most && <p class="px-2 text-sm text-muted">{t('find.more', { n: ordered.length - most })}</p>}
    </section>
  );
}

interface FacetValueProps {
  facet: FacetName;
  count: Count;
  /** Of the largest number, 0..1. */
  share: number;
  query: string;
}

function FacetValue({ facet, count: { name, works }, share, query }: FacetValueProps) {
  const { condition: conditionOf, label = (text: string) => text } = facetRow(facet);
  const condition = conditionOf(name);
  const isOn = hasCondition(query, condition);
  const toggle = (): void => setQuery({ q: isOn ? withoutCondition(query, condition) : withCondition(query, condition) });
  return (
    <li class="flex items-center">
      <button
        type="button"
        aria-pressed={isOn}
        class={`relative isolate flex min-h-8 min-w-0 flex-1 items-center justify-between gap-2 rounded-md px-2 text-sm hover:underline ${isOn ? 'font-semibold text-accent' : ''}`}
        onClick={toggle}
      >
        <span
          class="absolute inset-y-1 left-0 -z-10 rounded bg-sunken"
          style={{ width: `${Math.max(2, share * 100)}%` }}
          aria-hidden="true"
        />
        <span class="truncate" dir="auto">
          {label(name)}
        </span>
        <span class="text-muted tabular-nums">{numberText(works)}</span>
      </button>
      <button
        type="button"
        class="relative grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-sunken hover:text-bad"
        aria-label={t('find.exclude', { what: label(name) })}
        title={t('find.exclude', { what: label(name) })}
        onClick={() => setQuery({ q: withCondition(query, opposite(condition)) })}
      >
        <Icon name="exclude" size={14} />
      </button>
    </li>
  );
}
