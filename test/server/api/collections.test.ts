/** The list of collections of a large gallery, through a real server. */
import { equal, is, ok } from 'uvu/assert';
import { manyWorks } from '../../gallery/many-works.ts';
import { type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { type Shell, startShell } from '../support.ts';

const [works, collections] = [10_000, 500];
const shelf = (index: number): string => `Shelf ${index % collections}`;
/** The first work is the template of the others. Whole shelves are hidden, and some works of the others. */
const isHidden = (index: number): boolean => index % collections < 5 || index % 101 === 0;

suite('collections of a large gallery', { timeoutMs: 60_000 }, (test) => {
  let here: Place;
  let shell: Shell;
  const get = (to: string, token?: string) => shell.send(`/api/v1${to}`, token === undefined ? {} : { token });
  const list = async (token?: string): Promise<{ name: string; works: number; usedAt: string }[]> =>
    (await get('/collections', token)).json().collections;

  test.before(async () => {
    here = place();
    await manyWorks(here, works + 1, (index) => ({ collections: [shelf(index)], hidden: isHidden(index) }));
    shell = await startShell({ home: here.home });
    while ((await get('/works?limit=1', shell.tokens.read)).json().total <= works) await new Promise((done) => setTimeout(done, 50));
  });
  test.after(() => shell.server.close());

  test('names are as written, counts and times those of the works that the caller sees', async () => {
    const all = Array.from({ length: works }, (_, at) => at + 1);
    for (const token of [undefined, shell.tokens.read]) {
      const shown = all.filter((index) => token !== undefined || !isHidden(index));
      const counts = new Map<string, number>();
      for (const index of shown) counts.set(shelf(index), (counts.get(shelf(index)) ?? 0) + 1);
      const found = await list(token);
      equal(new Map(found.map((each) => [each.name, each.works])).size, counts.size);
      for (const each of found) is(each.works, counts.get(each.name), each.name);
      const [last] = found;
      const query = encodeURIComponent(`collection:"${last?.name}"`);
      is(last?.usedAt, (await get(`/works?limit=1&query=${query}`, token)).json().works[0].createdAt);
      ok(found.every(({ usedAt }, at) => at === 0 || usedAt <= (found[at - 1]?.usedAt ?? '')));
    }
  });

  test('the list is one pass over the works, not a search for each collection', async () => {
    /** The fastest of some calls, milliseconds. */
    const fastest = async (call: () => Promise<unknown>): Promise<number> => {
      const times: number[] = [];
      for (let at = 0; at < 8; at++) {
        const began = performance.now();
        await call();
        times.push(performance.now() - began);
      }
      return Math.min(...times);
    };
    for (const token of [undefined, shell.tokens.read]) {
      const [facets, listed] = [await fastest(() => get('/facets?facets=collection', token)), await fastest(() => list(token))];
      ok(listed < 10 * facets, `${listed} ms, where counting takes ${facets} ms`);
    }
  });
});
