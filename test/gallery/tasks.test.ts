import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { verifyGallery } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { type Place, picture, place, recipe } from './support.ts';

const folder = ({ home }: Place): string => path.join(home, 'gallery', '2026', '10');
const painting = (task: string, shade = 100) => ({
  image: picture(recipe('a fox'), shade),
  candidates: [picture(undefined, 10), picture(undefined, shade)],
  about: { derivation: { task } },
});

suite('works of tasks', (test) => {
  test('a gallery files one work for each task, also of two processes, and also for one in the trash', async () => {
    const here = place();
    const first = await here.gallery.add(painting('h1.j1-0', 1));
    assert.is((await here.again().add(painting('h1.j1-0', 2))).id, first.id);
    const both = await Promise.all([here.again(), here.again()].map((one) => one.add(painting('h1.j1-1', 3))));
    assert.is(both[0]?.id, both[1]?.id);
    await here.gallery.trash(first.id);
    assert.is((await here.gallery.add(painting('h1.j1-0', 4))).id, first.id);
    assert.is(readdirSync(folder(here)).filter((name) => /^\w+\.png$/.test(name)).length, 2);
  });

  test('task ids differ by every character, and are found after the index is lost or of an older version', async () => {
    const here = place();
    const large = await here.gallery.add(painting('h1.J1-0'));
    const small = await here.gallery.add(painting('h1.j1-0'));
    assert.is.not(large.id, small.id);
    for (const text of ['', 'H\t2\n']) {
      writeFileSync(path.join(here.home, 'gallery', '.cache', 'index.log'), text);
      assert.is((await here.again().workOfTask('h1.j1-0'))?.id, small.id);
      assert.is((await here.again().add(painting('h1.J1-0'))).id, large.id);
    }
    assert.is(await here.gallery.workOfTask('h1.j1'), undefined);
    // A change of the record makes its first line obsolete.
    await here.gallery.update(small.id, { rating: 5 });
    assert.is((await here.gallery.workOfTask('h1.j1-0'))?.id, small.id);
  });

  test('a confirmed work is filed; a refused one leaves nothing', async () => {
    const here = place();
    const seen: [boolean, number][] = [];
    const ask = (answer: boolean) => async (work: { path: string }) => {
      seen.push([readdirSync(folder(here)).includes(path.basename(work.path)), (await here.again().list()).total]);
      return answer;
    };
    assert.is(await here.gallery.addConfirmed(painting('h1.j1-0'), ask(false)), undefined);
    assert.equal(readdirSync(folder(here)), []);
    const work = await here.gallery.addConfirmed(painting('h1.j1-0'), ask(true));
    // The picture was on the disk but was not a work yet.
    assert.equal(seen, [
      [true, 0],
      [true, 0],
    ]);
    assert.is((await here.again().list()).works[0]?.id, work?.id);
    assert.equal((await verifyGallery(here.gallery)).findings, []);
  });

  test('an interrupted work can be filed or removed later; of two for one task the first stays', async () => {
    const here = place();
    const broken = async (): Promise<boolean> => {
      throw new Error('killed');
    };
    for (const task of ['h1.j1-0', 'h1.j1-1', 'h1.j1-1']) await here.gallery.addConfirmed(painting(task), broken).catch(() => undefined);
    writeFileSync(path.join(folder(here), '01K8T9S6C0AAAAAAAAAAAAAAAA.json.unconfirmed'), '{');
    const later = here.again();
    assert.is((await later.list()).total, 0);
    const asked: string[] = [];
    const left = async (answer: (task: string) => boolean | undefined): Promise<void> =>
      later.settleLeftBehind(async ({ derivation }) => {
        const task = String(derivation?.['task']);
        asked.push(task);
        return answer(task);
      });
    await left(() => undefined);
    assert.equal(asked.sort(), ['h1.j1-0', 'h1.j1-1', 'h1.j1-1']);
    await left((task) => task === 'h1.j1-1');
    assert.equal(
      (await here.again().list()).works.map(({ derivation }) => derivation?.['task']),
      ['h1.j1-1'],
    );
    asked.length = 0;
    await left(() => true);
    assert.equal(asked, []);
    assert.equal(readdirSync(folder(here)).filter((name) => name.endsWith('.png')).length, 1);
  });

  test('a work that another process is filing is not treated as left behind', async () => {
    const here = place();
    let asked = 0;
    const work = await here.gallery.addConfirmed(painting('h1.j1-0'), async () => {
      await here.again().settleLeftBehind(async () => {
        asked++;
        return false;
      });
      return true;
    });
    assert.equal([asked, (await here.again().list()).works[0]?.id], [0, work?.id]);
  });
});
