import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { type FullWork, rowOf, thumbnailOf, type WorkRow } from '../../api/works.ts';
import { altOf } from '../../gallery/tile.tsx';
import { hrefOf } from '../../navigate/router.ts';
import { type TextKey, t } from '../../texts/text.ts';
import { conditionOf } from './recipe-fields.ts';
import { queryLink } from './recipe-sections.tsx';
import { Section } from './section.tsx';

interface Source {
  work: string;
  as: string;
}

const uses: Readonly<Record<string, TextKey>> = {
  recipe: 'lineage.recipe',
  initImage: 'lineage.initImage',
  maskImage: 'lineage.maskImage',
  controlImage: 'lineage.controlImage',
  referenceImages: 'lineage.referenceImages',
};

/** The works that a record says it was made from. */
export function sourcesOf({ derivation }: FullWork): Source[] {
  const from = derivation?.['from'];
  if (!Array.isArray(from)) return [];
  return from.flatMap((one: unknown) => {
    const { work, as } = (one ?? {}) as Partial<Source>;
    return typeof work === 'string' && typeof as === 'string' ? [{ work, as }] : [];
  });
}

const mostChildren = 24;

/** The works that were made of a work; undefined: not known yet. */
function useChildren(id: string): { works: WorkRow[]; total: number } | undefined {
  const [children, setChildren] = useState<{ of: string; works: WorkRow[]; total: number } | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    ask<{ works: WorkRow[]; total: number }>('works', {
      query: { query: conditionOf('from', id), limit: mostChildren },
      signal: abort.signal,
    }).then(
      ({ works, total }) => setChildren({ of: id, works, total }),
      () => undefined, // a search that the server had no time for: the section stays without children
    );
    return () => abort.abort();
  }, [id]);
  return children?.of === id ? children : undefined;
}

/** What it was made from, and what was made of it. */
export function LineageSection({ work }: { work: FullWork }) {
  const sources = sourcesOf(work);
  const children = useChildren(work.id);
  if (sources.length === 0 && (children?.total ?? 0) === 0) return null;
  return (
    <Section name="lineage" title={t('lineage.title')}>
      {sources.length > 0 && (
        <>
          <h4 class="mb-1 text-muted">{t('lineage.from')}</h4>
          <ul class="mb-3 flex flex-wrap gap-2">
            {sources.map(({ work: id, as }) => (
              <li key={`${id} ${as}`} class="w-20 text-xs">
                <Parent id={id} />
                {uses[as] ? t(uses[as]) : as}
              </li>
            ))}
          </ul>
        </>
      )}
      {children && children.total > 0 && (
        <>
          <h4 class="mb-1 text-muted">
            <a class="underline" href={queryLink(conditionOf('from', work.id))}>
              {t('lineage.children', { n: children.total })}
            </a>
          </h4>
          <ul class="flex flex-wrap gap-2">
            {children.works.map((row) => (
              <li key={row.id} class="w-20">
                <SmallWork row={row} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function Parent({ id }: { id: string }) {
  const row = rowOf(id).value;
  if (row) return <SmallWork row={row} />;
  return (
    <span class="grid h-20 w-20 place-items-center rounded bg-sunken p-1 text-center text-muted">
      {row === null ? t('lineage.gone') : t('common.loading')}
    </span>
  );
}

export function SmallWork({ row }: { row: WorkRow }) {
  return (
    <a href={hrefOf(`works/${row.id}`)} title={row.name} aria-label={row.name} class="block">
      <img
        src={thumbnailOf(row, 320)}
        alt={altOf(row)}
        width={80}
        height={80}
        loading="lazy"
        class="h-20 w-20 rounded bg-sunken object-cover"
      />
    </a>
  );
}
