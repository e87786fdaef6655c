import * as assert from 'uvu/assert';
import { duelFigures } from '../../lib/curation/index.ts';
import { suite } from '../harness.ts';

suite('what duels say', (test) => {
  const tags: Readonly<Record<string, readonly string[]>> = { a: ['fox', 'ink'], b: ['owl', 'ink'], c: ['fox'] };
  const figures = duelFigures(
    [
      { winner: 'a', loser: 'b' },
      { winner: 'c', loser: 'b' },
      { winner: 'a', loser: 'c' },
      { winner: 'a', loser: 'gone' },
    ],
    (id) => tags[id],
  );

  test('works by how often they were preferred; those that are gone do not count', () => {
    assert.equal(figures.works, [
      { name: 'a', won: 2, seen: 2 },
      { name: 'c', won: 1, seen: 2 },
      { name: 'b', won: 0, seen: 2 },
    ]);
  });

  test('a tag of both works says nothing', () => {
    assert.equal(figures.tags, [
      { name: 'fox', won: 2, seen: 2 },
      // Won by a against c, lost by b against c.
      { name: 'ink', won: 1, seen: 2 },
      { name: 'owl', won: 0, seen: 2 },
    ]);
  });
});
