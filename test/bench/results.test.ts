/** Contributed results in docs/results. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { equal, is, match, ok } from 'uvu/assert';
import { contributions, faultsOf, resultPages } from '../../bench/results/page.ts';
import { suite } from '../harness.ts';

const folder = fileURLToPath(new URL('../../docs/results', import.meta.url));

suite('contributed results', (test) => {
  test('fit the schema, are named by hardware, are whole and have no paths', async () => {
    const all = await contributions(folder);
    ok(all.length >= 2);
    equal(all.flatMap(faultsOf), []);
    for (const { file, result } of all)
      for (const { id, status, repeats } of result.tasks)
        ok(status !== 'done' || repeats.length >= 3, `${file}: ${id}: expected at least 3 repeats, got ${repeats.length}`);
  });

  test('faults are found', async () => {
    const [one] = await contributions(folder);
    if (!one) throw new Error('expected a result, got none');
    match(faultsOf({ ...one, file: 'My Mac.json' })[0] ?? '', /expected a name of the hardware/);
    const withPath = { ...one.result, build: { ...one.result.build, kernels: '/Users/ann/build' } };
    match(faultsOf({ ...one, result: withPath })[0] ?? '', /expected no paths, got \/Users\//);
    match(faultsOf({ ...one, result: { ...one.result, isPartial: true } })[0] ?? '', /got a partial one/);
  });

  test('the table and the example are those of the files', async () => {
    for (const [name, text] of Object.entries(await resultPages(folder)))
      is(readFileSync(path.join(folder, name), 'utf8'), text, `docs/results/${name} is out of date: npm run generate`);
  });
});
