/** What works are narrowed by, and which condition of a query each value stands for. */

import type { FacetName } from '../../lib/gallery/search/facets.ts';
import { dayMs } from '../api/columns.ts';
import { monthText, sentence, t } from '../texts/text.ts';
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
/** Of words, not of names that programs gave: the index has them in lower case. */
const worded = (field: FacetName): FacetRow => ({ ...setting(field), label: sentence });

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
  collection: { condition: (name) => conditionText('collection', name), label: sentence, isOpen: true },
  style: worded('style'),
  topic: worded('topic'),
  period: worded('period'),
  series: worded('series'),
  model: setting('model'),
  lora: setting('lora'),
  sampler: setting('sampler'),
  scheduler: setting('scheduler'),
  size: { ...setting('size'), label: (name) => name.replace('x', ' × ') },
  orientation: { condition: (name) => `orientation:${name}`, label: sentence },
  mode: worded('mode'),
  program: setting('program'),
  star: { condition: () => 'is:star', label: () => t('work.star') },
  flag: { condition: (name) => `flag:${name}`, label: (name) => (name === 'pick' ? t('find.picked') : t('find.rejected')) },
} as const satisfies Record<FacetName, FacetRow>;

export const facetRow = (facet: FacetName): FacetRow => facetTable[facet];
/** In the order of the panel. */
export const facetOrder = Object.keys(facetTable) as FacetName[];
