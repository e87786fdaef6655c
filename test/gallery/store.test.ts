import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { readRecipe, recipeHash } from '../../lib/image/index.ts';
import { codeOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { file, picture, place, prompts, recipe } from './support.ts';

function json(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (isArtistError(error) ? `${error.code}: ${error.message}` : String(error)),
  );
}

suite('gallery store', (test) => {
  test('a work is a picture and a sidecar in the folder of its month; the picture carries its recipe too', async () => {
    const { gallery, home } = place();
    const ledger = { schema: 1, curation: 'clip', candidates: [{ seed: 7 }] };
    const work = await gallery.add({
      image: picture(recipe('a fox')),
      candidates: [picture(undefined, 10), picture(undefined, 200)],
      about: { title: 'Fox', tags: ['animal'], curation: ledger, derivation: { topic: 'animals' } },
    });
    const folder = path.join(home, 'gallery', '2026', '10');
    assert.equal(readdirSync(folder).sort(), [`${work.id}.candidates.webp`, `${work.id}.json`, `${work.id}.png`]);
    assert.is(work.path, path.join(folder, `${work.id}.png`));
    assert.equal((await readRecipe(work.path))?.recipe, recipe('a fox'));
    const { path: _, sidecarPath, ...sidecar } = work;
    assert.equal(json(sidecarPath), sidecar);
    assert.is(work.createdAt, '2026-10-30T12:00:00.000Z');
    assert.is(work.recipeHash, recipeHash(recipe('a fox')));
    assert.is(work.image.sha256, createHash('sha256').update(readFileSync(work.path)).digest('hex'));
    assert.equal([work.image.width, work.image.height, work.image.bytes], [8, 6, readFileSync(work.path).length]);
    assert.equal(work.curation, ledger);
    assert.equal(work.provenance, { aiGenerated: true, digitalSourceType: 'trainedAlgorithmicMedia' });
    const strip = await sharp(path.join(folder, `${work.id}.candidates.webp`)).metadata();
    assert.equal([strip.width, strip.height], [256, 128]);
  });

  test('another process finds a filed work by its id, by the start or end of it, or as the latest', async () => {
    const here = place();
    const first = await file(here, 'a fox');
    const second = await file(here, 'an owl');
    const there = here.again();
    assert.equal(await there.get(first.id), first);
    assert.is((await there.get(second.id.toLowerCase())).id, second.id);
    assert.is((await there.get(second.id.slice(-6))).id, second.id);
    assert.is((await there.get(second.id.slice(0, 24))).id, second.id);
    assert.is((await there.get('latest')).id, second.id);
    assert.match(
      await messageOf(there.get(first.id.slice(0, 4))),
      /ERR_INVALID_ARGUMENT: "01\w\w": expected one work, got 2: \w{26}, \w{26}\. Give more/,
    );
    assert.match(await messageOf(there.get('nobody')), /ERR_NOT_FOUND: "nobody": no such work in .*gallery list/);
    assert.is(await codeOf(there.get('')), 'ERR_NOT_FOUND');
  });

  test('update changes only the named fields and keeps unknown ones', async () => {
    const here = place();
    const work = await file(here, 'a fox', { tags: ['a'], rating: 2 });
    const edited = { ...json(work.sidecarPath), mood: 'calm', recipe: { ...(work.recipe ?? {}), newSetting: 3 } };
    writeFileSync(work.sidecarPath, JSON.stringify(edited));
    const changed = await here.gallery.update(work.id, { rating: 5, title: 'Fox', tags: null });
    assert.equal([changed.rating, changed.title, changed.tags], [5, 'Fox', undefined]);
    const after = json(work.sidecarPath);
    assert.is(after['mood'], 'calm');
    assert.equal(after['recipe'], edited.recipe);
    assert.not.ok('tags' in after);
    assert.is(after['updatedAt'], '2026-10-30T12:01:00.000Z');
    const posts = await here.gallery.update(work.id, ({ posts = [] }) => ({ posts: [...posts, { network: 'mastodon' }] }));
    assert.equal(posts.posts, [{ network: 'mastodon' }]);
  });

  const wrong: [object, RegExp][] = [
    [{ rating: 6 }, /rating: expected a number of at most 5, got 6/],
    [{ ratings: 3 }, /ratings: unknown option of update\(\), did you mean rating\?/],
    [{ tags: 'a' }, /tags: expected an array, got "a"/],
    [{ image: {} }, /image: unknown option/],
  ];
  for (const [change, says] of wrong) {
    test(`update refuses ${JSON.stringify(change)} and writes nothing`, async () => {
      const here = place();
      const work = await file(here, 'a fox');
      const before = readFileSync(work.sidecarPath, 'utf8');
      assert.match(await messageOf(here.gallery.update(work.id, change)), says);
      assert.is(readFileSync(work.sidecarPath, 'utf8'), before);
    });
  }

  test('many updates at once, from two memories, are all there', async () => {
    const here = place();
    const work = await file(here, 'a fox');
    const other = here.again();
    const add =
      (tag: string) =>
      ({ tags = [] }: { tags?: string[] | undefined }) => ({ tags: [...tags, tag] });
    await Promise.all(Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? here.gallery : other).update(work.id, add(`t${at}`))));
    assert.is(new Set((await other.get(work.id)).tags).size, 12);
  });

  test('trash takes a work out of lists, restore brings it back, purge deletes its files', async () => {
    const here = place();
    const [kept, thrown] = [await file(here, 'a fox'), await file(here, 'an owl')];
    assert.is(await codeOf(here.gallery.purge(thrown.id)), 'ERR_INVALID_ARGUMENT');
    await here.gallery.trash(thrown.id);
    assert.equal(prompts((await here.again().list()).works), ['a fox']);
    assert.equal(prompts((await here.again().list({ trashed: true })).works), ['an owl']);
    assert.equal(await here.gallery.select('owl'), []);
    assert.is((await here.gallery.get(thrown.id)).trashedAt, '2026-10-30T12:02:00.000Z');
    await here.gallery.restore(thrown.id);
    assert.equal(prompts((await here.again().list()).works), ['an owl', 'a fox']);
    await here.gallery.trash(thrown.id);
    await here.gallery.thumbnail(thrown.id);
    await here.gallery.purge(thrown.id);
    assert.is(await codeOf(here.again().get(thrown.id)), 'ERR_NOT_FOUND');
    assert.equal(readdirSync(path.dirname(kept.path)).sort(), [`${kept.id}.json`, `${kept.id}.png`]);
    assert.equal(readdirSync(path.join(here.gallery.layout.thumbnails, '320', '2026', '10')), [`${kept.id}.webp`]);
  });

  test('pages go from new to old, each work once, even when works are added or removed in between', async () => {
    const here = place();
    for (let index = 0; index < 7; index++) await file(here, `work ${index}`, { rating: (index % 3) + 1 });
    const first = await here.gallery.list({ limit: 3 });
    assert.equal(prompts(first.works), ['work 6', 'work 5', 'work 4']);
    assert.is(first.total, 7);
    await here.gallery.trash(first.works[2]?.id ?? '');
    await file(here, 'newer');
    const second = await here.again().list({ limit: 3, after: first.next });
    assert.equal(prompts(second.works), ['work 3', 'work 2', 'work 1']);
    const last = await here.gallery.list({ limit: 3, after: second.next });
    assert.equal(prompts(last.works), ['work 0']);
    assert.is(last.next, undefined);
    assert.equal(prompts((await here.gallery.list({ sort: 'rating', limit: 4 })).works), ['work 5', 'work 2', 'work 1', 'work 6']);
    assert.equal(prompts((await here.gallery.list({ sort: 'oldest', limit: 2 })).works), ['work 0', 'work 1']);
    assert.is(await codeOf(here.gallery.list({ limit: 0 })), 'ERR_INVALID_ARGUMENT');
  });

  test('thumbnails: WebP, small, cached, made again when the picture changes, with the AI label and without the recipe', async () => {
    const here = place();
    const big = await here.gallery.add({
      image: {
        bytes: await sharp({ create: { width: 900, height: 300, channels: 3, background: '#a40' } })
          .png()
          .toBuffer(),
        ending: 'png',
        width: 900,
        height: 300,
      },
    });
    const made = await here.gallery.thumbnail(big.id);
    const { format, width, height } = await sharp(made).metadata();
    assert.equal([format, width, height], ['webp', 320, 107]);
    assert.match(readFileSync(made).toString('latin1'), /trainedAlgorithmicMedia/);
    assert.is(await readRecipe(made), undefined);
    const bytes = readFileSync(made);
    writeFileSync(made, 'kept');
    assert.is(readFileSync(await here.gallery.thumbnail(big.id), 'utf8'), 'kept');
    utimesSync(big.path, new Date(), new Date(Date.now() + 5000));
    assert.ok(readFileSync(await here.gallery.thumbnail(big.id)).equals(bytes));
    const small = await file(here, 'tiny');
    assert.is((await sharp(await here.gallery.thumbnail(small.id, 640)).metadata()).width, 8);
  });
});

suite('gallery on bad days', (test) => {
  test('a picture deleted by another program: the record stays, the thumbnail says what is wrong', async () => {
    const here = place();
    const work = await file(here, 'a fox');
    rmSync(work.path);
    assert.equal(prompts((await here.gallery.list()).works), ['a fox']);
    assert.is(await here.gallery.hasPicture(await here.gallery.get(work.id)), false);
    assert.match(await messageOf(here.gallery.thumbnail(work.id)), /ERR_NOT_FOUND: .*the picture of this work is gone/);
  });

  test('a picture deleted while its thumbnail waits for its turn is gone, not damaged', async () => {
    const here = place();
    const bytes = await sharp({
      create: { width: 1024, height: 1024, channels: 3, background: '#a40', noise: { type: 'gaussian', mean: 90, sigma: 40 } },
    })
      .png()
      .toBuffer();
    const works: { id: string; path: string }[] = [];
    for (let index = 0; index < 16; index++)
      works.push(await here.gallery.add({ image: { bytes, ending: 'png', width: 1024, height: 1024 } }));
    const made = works.map(({ id }) => here.gallery.thumbnail(id, 640, 'avif'));
    const last = works.at(-1);
    const gone = messageOf(made.at(-1) ?? Promise.reject(new Error('no work')));
    await made[0];
    rmSync(last?.path ?? '');
    assert.match(await gone, /ERR_NOT_FOUND: .*the picture of this work is gone/);
    await Promise.all(made.slice(0, -1));
  });

  test('a sidecar deleted, added, moved or edited by hand is noticed by the next list', async () => {
    const here = place();
    const [a, b] = [await file(here, 'a fox'), await file(here, 'an owl')];
    const other = here.again();
    await other.list();
    rmSync(a.sidecarPath);
    assert.equal(prompts((await other.list()).works), ['an owl']);
    // Most editors save like this: a new file replaces the old one.
    const edited = path.join(path.dirname(b.sidecarPath), 'new.tmp');
    writeFileSync(edited, readFileSync(b.sidecarPath, 'utf8').replace('an owl', 'a heron'));
    renameSync(edited, b.sidecarPath);
    assert.equal(await other.select('heron'), [b.id]);
    assert.equal(await here.gallery.select('owl'), []);
    writeFileSync(b.sidecarPath, readFileSync(b.sidecarPath, 'utf8').replace('a heron', 'a stork!'));
    assert.equal(prompts((await other.list()).works), ['a stork!']);
    await other.refresh({ everyFile: true });
    assert.equal(await other.select('stork'), [b.id]);
  });

  const damages: [string, (text: string) => string, RegExp][] = [
    ['cut off', (text) => text.slice(0, 100), /ERR_DAMAGED: .*json: expected JSON/],
    ['a wrong value', (text) => text.replace('"schema": 1', '"schema": 1, "rating": "five"'), /ERR_DAMAGED: .*rating: .*"five"/],
    ['a newer version', (text) => text.replace('"schema": 1', '"schema": 2'), /ERR_NEWER_VERSION: .*expected a record of version 1, got 2/],
    ['an array', () => '[]', /ERR_DAMAGED: .*expected an object/],
    ['the id of another', (text) => text.replace(/"id": "01/, '"id": "02'), /ERR_DAMAGED: .*id: expected/],
  ];
  for (const [name, damage, says] of damages) {
    test(`a damaged sidecar (${name}) is named, is not overwritten, and hides no other work`, async () => {
      const here = place();
      const [good, bad] = [await file(here, 'a fox'), await file(here, 'an owl')];
      const text = damage(readFileSync(bad.sidecarPath, 'utf8'));
      writeFileSync(bad.sidecarPath, text);
      const page = await here.again().list();
      assert.equal(prompts(page.works), ['a fox']);
      assert.is(page.problems.length, 1);
      assert.match(`${page.problems[0]?.code}: ${page.problems[0]?.message}`, says);
      if (name !== 'the id of another') {
        assert.match(await messageOf(here.gallery.get(bad.id)), says);
        assert.match(await messageOf(here.gallery.update(bad.id, { rating: 1 })), says);
      }
      assert.is(readFileSync(bad.sidecarPath, 'utf8'), text);
      assert.equal(await here.again().select('fox'), [good.id]);
    });
  }

  test('an index that is damaged, truncated, of another version or deleted is rebuilt from the sidecars', async () => {
    const here = place();
    const ids = [await file(here, 'a fox'), await file(here, 'an owl')].map(({ id }) => id);
    const log = here.gallery.layout.index;
    const whole = readFileSync(log, 'utf8');
    for (const damaged of ['', 'H\t0\nW\tx', `${whole}W\t01ARZ`, whole.slice(0, whole.length - 30), 'H\t1\n', '\0'.repeat(3000)]) {
      writeFileSync(log, damaged);
      const other = here.again();
      assert.equal(prompts((await other.list()).works), ['an owl', 'a fox'], JSON.stringify(damaged.slice(0, 20)));
      assert.equal(await other.select('owl'), [ids[1]]);
      await other.update(ids[0] ?? '', { star: true });
      assert.equal(await here.again().select('is:star'), [ids[0]]);
      await other.update(ids[0] ?? '', { star: null });
    }
    rmSync(log);
    assert.equal(await here.gallery.rebuild(), { works: 2, problems: 0 });
    assert.equal(await here.again().select('owl'), [ids[1]]);
  });

  test('a killed add leaves at most a picture without a sidecar, which is not a work', async () => {
    const here = place();
    const work = await file(here, 'a fox');
    writeFileSync(path.join(path.dirname(work.path), '01ARZ3NDEKTSV4RRFFQ69G5FAV.png'), 'half');
    assert.is((await here.again().list()).total, 1);
  });

  test('no folder, or a file in place of the gallery', async () => {
    const { gallery, home } = place();
    assert.equal((await gallery.list()).works, []);
    assert.not.ok(existsSync(home));
    assert.is(await codeOf(gallery.get('latest')), 'ERR_NOT_FOUND');
    mkdirSync(home);
    writeFileSync(path.join(home, 'gallery'), 'a file');
    assert.is(await codeOf(gallery.add({ image: picture(recipe('x')) })), 'ERR_WRITE');
    assert.is(await codeOf(gallery.list()), 'ERR_READ');
  });
});
