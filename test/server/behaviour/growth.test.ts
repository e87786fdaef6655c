/** Memory and index of a server grow with its works, by a bounded number of bytes each, and not with time. */
import { statSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { manyWorks } from '../../gallery/many-works.ts';
import { type Place, place } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { endServers, startServerProcess } from '../programs/start.ts';

interface Sizes {
  works: number;
  heap: number;
  resident: number;
  index: number;
}

const indexOf = (here: Place): number => statSync(here.gallery.layout.index).size;

/** A server that has answered every kind of list and search once. */
async function sizesOf(works: number): Promise<Sizes> {
  const here = place();
  await manyWorks(here, works);
  await here.gallery.rebuild();
  const server = await startServerProcess(here.home);
  const lists = ['limit=100', 'query=fox&sort=rating', 'query=steps:%3E20%20snow', 'query=tag:owl%20score:%3E0.5&limit=100'];
  for (const to of [...lists.map((query) => `/works?${query}`), '/works/ids', '/facets?facets=tag,month,rating']) {
    const response = await fetch(`${server.url}/api/v1${to}`);
    assert.is(response.status, 200, to);
    await response.arrayBuffer();
  }
  const { heap, resident } = await server.memory();
  await server.kill();
  return { works, heap, resident, index: indexOf(here) };
}

suite('growth', { timeoutMs: 60_000 }, (test) => {
  test.after(endServers);

  test('ten times the works: at most ten times the index, and so many bytes of memory for each further work', async () => {
    const [few, many] = [await sizesOf(1000), await sizesOf(10_000)];
    assert.ok(many.index <= few.index * 10.1, `${few.index} and ${many.index} bytes`);
    // These works have prompts of three words; a work of a thousand characters takes as much more.
    assert.ok(many.index / many.works < 450, `${many.index / many.works} bytes of index for each work`);
    const each = (name: 'heap' | 'resident'): number => (many[name] - few[name]) / (many.works - few.works);
    assert.ok(each('heap') < 1000, `${each('heap')} bytes of heap for each work`);
    assert.ok(each('resident') < 8000, `${each('resident')} bytes of memory for each work`);
  });

  test('changes of the same works, again and again, do not let the index grow', async () => {
    const here = place();
    await manyWorks(here, 50);
    await here.gallery.refresh();
    const ids = await here.gallery.select('');
    const before = indexOf(here);
    let largest = 0;
    for (let change = 0; change < 700; change++) {
      await here.gallery.update(ids[change % ids.length] ?? '', { rating: 1 + (change % 5) });
      largest = Math.max(largest, indexOf(here));
    }
    const line = before / ids.length;
    assert.ok(largest < before + 600 * line, `${largest} bytes at most, ${before} before`);
    assert.ok(indexOf(here) < before + 300 * line, `${indexOf(here)} bytes at the end, ${before} before`);
    for (const gallery of [here.gallery, here.again()]) assert.is((await gallery.select('rating:>=1')).length, 50);
  });
});
