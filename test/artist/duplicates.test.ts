import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { type Artist, createArtist, readRecipe } from '../../lib/index.ts';
import { suite } from '../harness.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist duplicates-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;
const newHome = (): string => path.join(scratch, `home ${homes++}`);
const quick = { steps: 2, width: 64, height: 64, upscale: false, prompt: 'an owl' } as const;
const countOf = async (artist: Artist): Promise<number> => (await artist.gallery.list({ limit: 1 })).total;

suite('the same picture twice', { timeoutMs: 240_000 }, (test) => {
  for (const candidates of [undefined, 1, 3] as const)
    test(`${candidates ?? 'no number of'} candidates: the second time returns the existing work, also in another process`, async () => {
      const home = newHome();
      const options = { ...quick, seed: 7, ...(candidates && { candidates }) };
      let first: string;
      {
        await using artist = await createArtist({ home });
        const { work, filed } = await artist.create(options);
        assert.is(filed, true);
        first = work.id;
      }
      await using artist = await createArtist({ home });
      const again = await artist.create(options);
      assert.equal([again.filed, again.work.id], [false, first]);
      assert.equal(await readRecipe(again.work.path).then((found) => found?.recipe.seed), again.seed);
      assert.is(again.candidates.find(({ kept }) => kept)?.verdicts[0]?.verdict, 'duplicate');
      assert.is(await countOf(artist), 1);
      assert.is((await artist.create({ ...options, allowDuplicate: true })).filed, true);
      assert.is(await countOf(artist), 2);
    });

  test('enlarging does not make a new picture; a work in the trash is painted again; homes of an earlier version work', async () => {
    const home = newHome();
    await using artist = await createArtist({ home });
    const { work } = await artist.create({ ...quick, seed: 7 });
    assert.is((await artist.create({ ...quick, seed: 7, upscale: true })).filed, false);
    // Records of an earlier version have no pixel hash: the recipe decides.
    for (const file of [path.join(home, 'curation.json'), work.sidecarPath])
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"pixels": "[0-9a-f]{64}",/, ''));
    assert.equal((await artist.create({ ...quick, seed: 7 })).work.id, work.id);
    await artist.gallery.trash(work.id);
    assert.is((await artist.create({ ...quick, seed: 7 })).filed, true);
    assert.is(await countOf(artist), 1);
  });

  test('candidates that are already works are skipped; if all are, the result is one of them', async () => {
    await using artist = await createArtist({ home: newHome() });
    const one = await artist.create({ ...quick, seed: 7 });
    const two = await artist.create({ ...quick, seed: 7, candidates: 2 });
    assert.equal([two.filed, two.seed], [true, 8]);
    assert.match(two.ledger.candidates[0]?.reason ?? '', new RegExp(`^duplicate: the same picture as work ${one.work.id}`));
    assert.equal((await artist.create({ ...quick, seed: 7, candidates: 2 })).filed, false);
    const more = await artist.create({ ...quick, seed: 7, candidates: 3 });
    assert.equal([more.filed, more.seed], [true, 9]);
    assert.is(await countOf(artist), 3);
  });

  test('one subject 20 times, two candidates each: 20 works', async () => {
    await using artist = await createArtist({ home: newHome() });
    for (let count = 0; count < 20; count++) assert.is((await artist.create({ ...quick, seed: 100 * count, candidates: 2 })).filed, true);
    assert.is(await countOf(artist), 20);
  });
});

suite('a work that is filed', { timeoutMs: 120_000 }, (test) => {
  test('stays filed if something fails afterwards: the call fulfils, with a warning', async () => {
    const home = newHome();
    const warnings: string[] = [];
    await using artist = await createArtist({ home, onWarning: (line) => void warnings.push(line) });
    await artist.periods.store.start({ name: 'blue', styles: [{ name: 'black ink drawing', weight: 1 }] });
    const controller = new AbortController();
    const add = artist.gallery.add.bind(artist.gallery);
    artist.gallery.add = async (work) => {
      const filed = await add(work);
      controller.abort(new Error('too late'));
      // A file where the folder should be makes every write fail.
      rmSync(path.join(home, 'curation.json'), { force: true });
      writeFileSync(path.join(home, 'curation.json'), '{"kind":"curation","version":99,"data":{}}');
      return filed;
    };
    const {
      work,
      filed,
      warnings: told,
    } = await artist.create({
      steps: 2,
      width: 64,
      height: 64,
      upscale: false,
      candidates: 2,
      signal: controller.signal,
    });
    assert.equal([filed, (await artist.gallery.get(work.id)).id], [true, work.id]);
    assert.match(told.join('\n'), /this round will be missing in the next ones: ERR_NEWER_VERSION/);
    assert.ok(warnings.some((line) => line.includes('ERR_NEWER_VERSION')));
    assert.is(await countOf(artist), 1);
  });
});
