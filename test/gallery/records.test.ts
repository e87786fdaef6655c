import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { Gallery, mendGallery, SavedSearches, verifyGallery } from '../../lib/gallery/index.ts';
import { IndexLog } from '../../lib/gallery/indexing/index-file.ts';
import { indexVersion } from '../../lib/gallery/indexing/index-lines.ts';
import { codeOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { file, picture, place, prompts, recipe, scratch } from './support.ts';

suite('the index, read by several at once', (test) => {
  test('fifty refreshes, searches and additions at once: every work once', async () => {
    const here = place();
    await file(here, 'work 0');
    const [reader, writer] = [here.again(), here.again()];
    const added = Array.from({ length: 10 }, (_, at) => writer.add({ image: picture(recipe(`work ${at + 1}`)) }));
    const read = Array.from({ length: 40 }, (_, at) => (at % 4 === 0 ? reader.rebuild() : reader.select('work')));
    await Promise.all([...added, ...read]);
    assert.is((await reader.select('work')).length, 11);
    assert.is(new Set(prompts((await reader.list()).works)).size, 11);
  });

  test('a log that another process recreated is read from its start, even with the same inode, size and time', async () => {
    const file = path.join(scratch, 'one.log');
    const work = (id: string): string => `W\t${id}\t${'1'.padStart(20, '0')}\t${'1'.padStart(12, '0')}\t0\t0\tfox\n`;
    const ids = ['01K9F0000000000000000000AA', '01K9F0000000000000000000BB', '01K9F0000000000000000000CC'];
    const [log, other] = [new IndexLog(file), new IndexLog(file)];
    await log.append([work(ids[0] as string), work(ids[1] as string)]);
    await other.refresh();
    await other.append(['D\t01K9F0000000000000000000AA\n']);
    await log.refresh();
    assert.equal([...log.rows.keys()], [ids[1]]);
    // Overwritten in place and larger than before, as if the new file had got the old one's inode number.
    const before = statSync(file);
    writeFileSync(file, `H\t${indexVersion}\t${'f'.repeat(16)}\n${ids.map((id) => work(id)).join('')}${`F\t2025/01\t1\n`.repeat(20)}`);
    assert.is(statSync(file).ino, before.ino);
    await log.refresh();
    assert.equal([...log.rows.keys()], ids);
    await Promise.all([log.refresh(), log.append([`D\t${ids[2]}\n`]), log.refresh(), log.compact(), log.refresh()]);
    await other.refresh();
    assert.equal([...other.rows.keys()], [ids[0], ids[1]]);
  });
});

suite('records of works', (test) => {
  test('an add() that fails removes only what it wrote', async () => {
    const { home, clock } = place();
    const open = (): Gallery => new Gallery({ home, clock, random: () => 0 });
    const createdAt = Date.UTC(2026, 9, 30);
    const first = await open().add({ image: picture(recipe('a fox')), createdAt });
    const before = readFileSync(first.path);
    // The same random bytes at the same time give the same id.
    assert.is(await codeOf(open().add({ image: picture(recipe('an owl'), 7), createdAt })), 'ERR_ALREADY_EXISTS');
    assert.ok(readFileSync(first.path).equals(before));
    rmSync(first.sidecarPath);
    assert.is(await codeOf(open().add({ image: picture(recipe('an owl'), 7), createdAt })), 'ERR_ALREADY_EXISTS');
    assert.ok(readFileSync(first.path).equals(before));
    assert.not.ok(existsSync(first.sidecarPath));
  });

  test('saved searches: replacement patterns, names with a common start, searches that grow without end', async () => {
    const searches = new SavedSearches(path.join(scratch, 'searches'));
    await searches.save('a', 'tag:"$& $1 $$ $`"');
    await searches.save('ab', 'owl');
    assert.is(await searches.expand('@ab @a fox x@a'), 'owl tag:"$& $1 $$ $`" fox x@a');
    assert.is(await searches.expand('@a @a'), 'tag:"$& $1 $$ $`" tag:"$& $1 $$ $`"');
    await searches.save('b0', 'fox');
    for (let at = 1; at < 13; at++) await searches.save(`b${at}`, `@b${at - 1} @b${at - 1}`);
    assert.is(await codeOf(searches.save('b13', '@b12 @b12')), 'ERR_INVALID_ARGUMENT');
    await searches.save('self', 'fox');
    assert.is(await codeOf(searches.save('self', 'fox @self')), 'ERR_INVALID_ARGUMENT');
  });

  const hostile: [string, string][] = [
    ['50,000 brackets', '['.repeat(50_000)],
    ['objects in objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['sixteen megabytes', `{"a":"${'x'.repeat(16_000_001)}"}`],
    ['null', 'null'],
    ['nothing', ''],
  ];
  for (const [what, text] of hostile)
    test(`a record of ${what} is damaged, and the others are there`, async () => {
      const here = place();
      const [a, b] = [await file(here, 'a fox', { title: 'Fox' }), await file(here, 'an owl')];
      writeFileSync(a.sidecarPath, text);
      const again = here.again();
      await again.refresh({ everyFile: true });
      assert.is(await codeOf(again.get(a.id)), 'ERR_DAMAGED');
      const { works, problems } = await again.list();
      assert.equal([prompts(works), problems.map(({ id }) => id)], [['an owl'], [a.id]]);
      assert.equal((await again.stats()).works, 1);
      assert.ok(b.id);
    });

  test('repair: a damaged record is rebuilt from its picture and its valid parts; a work without a picture goes to the trash', async () => {
    const here = place();
    const [a, b, c] = [await file(here, 'a fox', { title: 'Fox', rating: 4 }), await file(here, 'an owl'), await file(here, 'a bear')];
    const record = JSON.parse(readFileSync(a.sidecarPath, 'utf8'));
    writeFileSync(a.sidecarPath, JSON.stringify({ ...record, rating: 99, steps: 'x', image: undefined }));
    writeFileSync(b.sidecarPath, '{"cut off');
    rmSync(c.path);
    const again = here.again();
    await again.refresh({ everyFile: true });
    const { findings } = await verifyGallery(again);
    assert.equal(findings.map(({ kind }) => kind).sort(), ['damaged', 'damaged', 'picture-missing']);
    assert.match(findings.find(({ id }) => id === a.id)?.message ?? '', /gallery verify --fix$/);
    const unchanged = await mendGallery(again, findings, { fix: false, drop: false });
    assert.equal([unchanged.mended, unchanged.left.length], [[], 3]);
    const { mended, left } = await mendGallery(again, findings, { fix: true, drop: true });
    assert.equal([mended.length, left], [3, []]);
    const { title, rating, recipe: painted } = await again.get(a.id);
    assert.equal([title, rating, painted?.prompt, painted?.seed], ['Fox', undefined, 'a fox', 7]);
    assert.equal(prompts((await here.again().list()).works), ['an owl', 'a fox']);
    assert.is((await again.get(c.id)).trashedAt !== undefined, true);
    assert.equal((await verifyGallery(again)).findings, []);
    // The old records are kept.
    assert.is(readFileSync(path.join(path.dirname(b.path), `.${b.id}.json.damaged`), 'utf8'), '{"cut off');
  });

  test('an imported picture that was interrupted before filing is found', async () => {
    const here = place();
    const work = await file(here, 'a fox');
    const bytes = readFileSync(work.path);
    const cut = bytes.subarray(0, bytes.length - 40);
    const record = JSON.parse(readFileSync(work.sidecarPath, 'utf8'));
    const image = { ...record.image, bytes: cut.length, sha256: createHash('sha256').update(cut).digest('hex') };
    writeFileSync(work.path, cut);
    writeFileSync(work.sidecarPath, JSON.stringify({ ...record, image, imported: { from: 'x.png' } }));
    const { findings } = await verifyGallery(here.again());
    assert.equal(
      findings.map(({ kind, id }) => [kind, id]),
      [['picture-damaged', work.id]],
    );
  });
});
