/** What works are narrowed by, and which condition of a query each value stands for. */

import type { FacetName } from '../../lib/gallery/search/facets.ts';
import { dayMs } from '../api/columns.ts';
import { monthText, t } from '../texts/text.ts';
import { conditionText } from './conditions.ts';

interface FacetRow {
  condition: (name: string) => string;
  /** The name as people read it; by itself, if there is nothing better. */
  label?: (name: string) => string;
  /** Shown when the panel is opened for the first time. */
  isOpen?: boolean;
  isNewestFirst?: boolean;
}

const setting = (field: FacetName): FacetRow => ({ condition: (name) => conditionText(field, `=${name}`) });

export const facetTable = {
  month: {
    condition: (name) => `date:${name}`,
    label: (name) => monthText(Date.parse(`${name}-01`) / dayMs),
    isOpen: true,
    isNewestFirst: true,
  },
  rating: {
    condition: (name) => `rating:${name}`,
    label: (name) => (name === 'none' ? t('find.unrated') : '★'.repeat(Number(name))),
    isOpen: true,
    isNewestFirst: true,
  },
  tag: { condition: (name) => conditionText('tag', name), isOpen: true },
  collection: { condition: (name) => conditionText('collection', name), isOpen: true },
  style: setting('style'),
  topic: setting('topic'),
  period: setting('period'),
  series: setting('series'),
  model: setting('model'),
  lora: setting('lora'),
  sampler: setting('sampler'),
  scheduler: setting('scheduler'),
  size: { ...setting('size'), label: (name) => name.replace('x', ' × ') },
  orientation: { condition: (name) => `orientation:${name}` },
  mode: setting('mode'),
  program: setting('program'),
  star: { condition: () => 'is:star', label: () => t('work.star') },
  flag: { condition: (name) => `flag:${name}`, label: (name) => (name === 'pick' ? t('find.picked') : t('find.rejected')) },
} as const satisfies Record<FacetName, FacetRow>;

export const facetRow = (facet: FacetName): FacetRow => facetTable[facet];
/** In the order of the panel. */
export const facetOrder = Object.keys(facetTable) as FacetName[];
