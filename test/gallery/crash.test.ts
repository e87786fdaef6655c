import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { crash } from './crash.ts';
import { scratch } from './support.ts';

/** A few kills here; `npm run bench crash` makes 200. */
suite('gallery crash', { timeoutMs: 120_000 }, (test) => {
  test('kill -9 at random moments of filing and rating: nothing acknowledged is lost, nothing is partial', async () => {
    const report = await crash(path.join(scratch, 'crash'), 8, { parallel: 2 });
    assert.equal(report.lost, []);
    assert.is(report.kills, 8);
    assert.ok(report.added > 0, JSON.stringify(report));
  });
});
