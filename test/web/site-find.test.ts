import { equal, is } from 'uvu/assert';
import { perPage, type SiteWork } from '../../lib/gallery/export/site-data.ts';
import { perFile } from '../../web/site/data.ts';
import { choose, chosenOf, countsOf, find } from '../../web/site/find.ts';
import { suite } from '../harness.ts';

const work = (id: string, more: Partial<SiteWork>): SiteWork => ({
  id,
  createdAt: '2026-01-01T00:00:00Z',
  width: 1,
  height: 1,
  name: id,
  altText: '',
  picture: `${id}.png`,
  ...more,
});
const works = [
  work('a', { prompt: 'A fox in the snow', tags: ['ink', 'old oak'], model: 'mini', rating: 5 }),
  work('b', { prompt: 'Ein Füchslein', tags: ['Ink'], model: 'other', rating: 2 }),
  work('c', { name: '"quoted" (x.*)', prompt: 'fox', model: 'mini' }),
];
const found = (query: string): string =>
  find(works, query)
    .map(({ id }) => id)
    .join('');

suite('searching an exported site', (test) => {
  test('words, phrases, conditions, and their opposites', () => {
    const cases: [string, string][] = [
      ['', 'abc'],
      ['  ', 'abc'],
      ['fox', 'ac'],
      ['FOX snow', 'a'],
      ['fuchs', 'b'],
      ['"in the snow"', 'a'],
      ['"snow the"', ''],
      ['tag:ink', 'ab'],
      ['tag:"old oak"', 'a'],
      ['tag:in', ''],
      ['-tag:ink', 'c'],
      ['model:mini -snow', 'c'],
      ['rating:>=2', 'ab'],
      ['rating:>2', 'a'],
      ['rating:<3', 'b'],
      ['rating:5', 'a'],
      ['rating:x', ''],
      ['(x.*)', 'c'],
      ['[\\', ''],
    ];
    equal(
      cases.map(([query]) => [query, found(query)]),
      cases,
    );
  });
  test('a facet is a condition of the query', () => {
    is(choose('fox', 'tag', 'old oak'), 'fox tag:"old oak"');
    is(choose('tag:ink fox', 'tag', 'old oak'), 'fox tag:"old oak"');
    is(choose('fox tag:"old oak"', 'tag', ''), 'fox');
    is(chosenOf('fox tag:"old oak" model:mini', 'tag'), 'old oak');
    is(chosenOf('fox tag:"old oak" model:mini', 'model'), 'mini');
    is(chosenOf('nottag:ink', 'tag'), '');
    is(chosenOf('-tag:ink', 'tag'), '');
    equal(
      countsOf(works, 'model').map(({ value, count }) => [value, count]),
      [
        ['mini', 2],
        ['other', 1],
      ],
    );
  });
  test('both sides have the same number of works in a file', () => is(perFile, perPage));
});
