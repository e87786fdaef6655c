import { type Comparable, differingFields } from '../../lib/gallery/compare-works.ts';
import type { FullWork } from '../api/works.ts';
import { numberText, t } from '../texts/text.ts';
import { nameInWords } from '../work/panel/recipe-fields.ts';

const comparable = ({ recipe, rating, tags, width, height }: FullWork): Comparable => ({
  recipe: (recipe ?? undefined) as Comparable['recipe'],
  rating: rating ?? undefined,
  tags,
  image: { width, height },
});

/** Fields whose difference says nothing to a person. */
const noise = (field: string): boolean => /(^|\.)hash$/.test(field);

function text(value: unknown): string {
  if (value === null || value === undefined) return t('common.none');
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : numberText(value, 4);
  if (Array.isArray(value)) return value.length === 0 ? t('common.none') : value.map(text).join(', ');
  if (typeof value === 'object') {
    const { name, weight } = value as { name?: unknown; weight?: unknown };
    if (typeof name === 'string') return typeof weight === 'number' ? `${name} ${numberText(weight, 2)}` : name;
  }
  return JSON.stringify(value);
}

/** Words of a text, each marked that the other text lacks. */
function Words({ value, other }: { value: string; other: string }) {
  const known = new Set(other.toLowerCase().split(/[\s,.]+/));
  return value.split(/(\s+|[,.])/).map((word, index) =>
    word.trim() === '' || word === ',' || word === '.' || known.has(word.toLowerCase()) ? (
      word
    ) : (
      <mark key={index} class="rounded bg-accent/25 text-ink">
        {word}
      </mark>
    ),
  );
}

const isLong = (a: unknown, b: unknown): boolean => typeof a === 'string' && typeof b === 'string' && (a.includes(' ') || b.includes(' '));

/** Which fields of the recipes differ, and, closed, those that are the same. */
export function Differences({ a, b }: { a: FullWork; b: FullWork }) {
  const [left, right] = [comparable(a), comparable(b)];
  const { same, different } = differingFields(left, right);
  const shown = different.filter(({ field }) => !noise(field));
  const flat = new Map(Object.entries({ ...a.recipe, rating: a.rating, tags: a.tags, picture: `${a.width} × ${a.height}` }));
  const valueAt = (field: string): unknown =>
    field
      .split('.')
      .reduce<unknown>((inner, key, at) => (at === 0 ? flat.get(key) : (inner as Record<string, unknown> | undefined)?.[key]), undefined);
  return (
    <section aria-label={t('compare.differences', { n: shown.length })}>
      <h2 class="mb-2 font-semibold">{shown.length === 0 ? t('compare.noDifferences') : t('compare.differences', { n: shown.length })}</h2>
      {shown.length > 0 && (
        <table class="w-full table-fixed text-left text-sm">
          <thead class="text-muted">
            <tr>
              <th scope="col" class="w-24 py-1 pr-3 font-normal sm:w-1/5">
                {t('compare.field')}
              </th>
              <th scope="col" class="py-1 pr-3 font-normal">
                {t('compare.first')}
              </th>
              <th scope="col" class="py-1 font-normal">
                {t('compare.second')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ field, a: one, b: other }) => (
              <tr key={field} class="border-t border-line align-top">
                <th scope="row" class="py-1.5 pr-3 font-normal break-words text-muted">
                  {nameInWords(field)}
                </th>
                <td class="py-1.5 pr-3 break-words" dir="auto">
                  {isLong(one, other) ? <Words value={String(one)} other={String(other)} /> : text(one)}
                </td>
                <td class="py-1.5 break-words" dir="auto">
                  {isLong(one, other) ? <Words value={String(other)} other={String(one)} /> : text(other)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {same.length > 0 && (
        <details class="mt-4 text-sm">
          <summary class="cursor-pointer py-1 text-muted">{t('compare.same', { n: same.length })}</summary>
          <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            {same.map((field) => (
              <>
                <dt key={field} class="text-muted">
                  {nameInWords(field)}
                </dt>
                <dd class="break-words" dir="auto">
                  {text(valueAt(field))}
                </dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}
