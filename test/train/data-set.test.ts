import * as assert from 'uvu/assert';
import { type DataSetOptions, loadDataSet, scanFolder } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import { rejects } from '../image/pictures.ts';
import { PictureFolder } from './support.ts';

suite('train: data set', (test) => {
  let folder: PictureFolder;
  test.before.each(async () => {
    folder = await PictureFolder.make();
  });
  test.after.each(() => folder.remove());
  const load = (options: Partial<DataSetOptions> = {}) => loadDataSet({ folder: folder.path, licence: 'own', ...options });

  test('captions from sidecars, lists, folders and names; repeats of kohya folders; everything in order', async () => {
    await folder.picture('10_fox dog/a.png', { seed: 1 });
    await folder.write('10_fox dog/a.txt', 'a fox,\n  in snow');
    await folder.picture('10_fox dog/b.jpg', { seed: 2 });
    await folder.picture('10_fox dog/deeper/c.png', { seed: 3 });
    await folder.write('10_fox dog/deeper/c.caption', 'from .caption');
    await folder.picture('cats/IMG_0001.png', { seed: 4 });
    await folder.picture('cats/two.png', { seed: 5 });
    await folder.write(
      'cats/metadata.jsonl',
      '{"file_name": "IMG_0001.png", "text": "a cat"}\n\n{"file_name":"two.png","caption":"two cats"}\n',
    );
    await folder.picture('list/one.png', { seed: 6 });
    await folder.write('list/captions.txt', 'one.png\ta listed picture\n');
    await folder.picture('red-fox_02.png', { seed: 7 });
    await folder.picture('DSC_1234.png', { seed: 8 });
    await folder.write('.hidden/x.png', 'not read');
    await folder.write('LICENSE.txt', 'words');
    const before = await folder.contents();
    const { pictures, warnings } = await load();
    assert.equal(
      pictures.map(({ id, name, caption, captionFrom, repeats, concept }) => [id, name, caption, captionFrom, repeats, concept]),
      [
        [0, 'DSC_1234.png', '', 'none', 1, ''],
        [1, 'red-fox_02.png', 'red fox', 'file-name', 1, ''],
        [2, '10_fox dog/a.png', 'a fox, in snow', 'sidecar', 10, 'fox dog'],
        [3, '10_fox dog/b.jpg', 'fox dog', 'folder', 10, 'fox dog'],
        [4, '10_fox dog/deeper/c.png', 'from .caption', 'sidecar', 10, 'fox dog'],
        [5, 'cats/IMG_0001.png', 'a cat', 'metadata', 1, ''],
        [6, 'cats/two.png', 'two cats', 'metadata', 1, ''],
        [7, 'list/one.png', 'a listed picture', 'list', 1, ''],
      ],
    );
    assert.equal([pictures[0]?.width, pictures[0]?.height], [64, 64]);
    assert.is(new Set(pictures.map(({ hash }) => hash)).size, 8);
    assert.match(warnings.join('\n'), /1 of 8 captions come from file names/);
    assert.match(warnings.join('\n'), /1 of 8 pictures have no caption: DSC_1234\.png/);
    assert.equal(await folder.contents(), before);
  });

  test('masks belong to their pictures; EXIF orientation turns the size', async () => {
    await folder.picture('a.png');
    await folder.picture('a.mask.png', { seed: 3 });
    const sharp = (await import('sharp')).default;
    const turned = await sharp(await folder.picture('plain.png', { width: 80, height: 40, seed: 2 }))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    await folder.write('turned.jpg', turned);
    const { pictures } = await load();
    assert.equal(
      pictures.map(({ name, width, height }) => [name, width, height]),
      [
        ['a.png', 64, 64],
        ['plain.png', 80, 40],
        ['turned.jpg', 40, 80],
      ],
    );
    assert.is(pictures[0]?.mask, folder.at('a.mask.png'));
  });

  test('validation holds out the same contents whatever their names are; copies stay on one side', async () => {
    for (let seed = 0; seed < 10; seed++) await folder.picture(`${seed}.png`, { seed });
    const first = await load({ validation: 0.2 });
    const held = first.pictures.filter(({ role }) => role === 'validation');
    assert.is(held.length, 2);
    const other = await PictureFolder.make();
    try {
      for (let seed = 0; seed < 10; seed++) await other.picture(`x${9 - seed}.png`, { seed });
      await other.picture('copy.png', { seed: 0 });
      const again = await loadDataSet({ folder: other.path, licence: 'own', validation: 2 });
      const hashes = (pictures: typeof held) => new Set(pictures.map(({ hash }) => hash));
      assert.equal([...hashes(again.pictures.filter(({ role }) => role === 'validation'))].sort(), [...hashes(held)].sort());
      assert.match(again.warnings.join('\n'), /more than once: copy\.png = x9\.png/);
    } finally {
      await other.remove();
    }
    await rejects(() => load({ validation: 10 }), 'ERR_TRAIN_DATA', /expected fewer pictures than there are, got 10 of 10/);
  });

  test('class pictures are marked, and take the class prompt unless they have a caption', async () => {
    await folder.picture('train/a.png');
    await folder.picture('class/dog-1.png', { seed: 2 });
    await folder.picture('class/dog-2.png', { seed: 3 });
    await folder.write('class/dog-2.txt', 'a running dog');
    const { pictures } = await load({ folder: folder.at('train'), classFolder: folder.at('class'), classPrompt: 'a dog' });
    assert.equal(
      pictures.map(({ role, caption }) => [role, caption]),
      [
        ['train', 'a'],
        ['class', 'a dog'],
        ['class', 'a running dog'],
      ],
    );
  });

  test('the hash of a data set knows contents, captions and repeats', async () => {
    await folder.picture('a.png');
    const first = (await load()).hash;
    assert.is((await load()).hash, first);
    await folder.write('a.txt', 'another caption');
    const second = (await load()).hash;
    assert.not.equal(second, first);
    await folder.picture('a.png', { seed: 9 });
    assert.not.equal((await load()).hash, second);
  });

  test('an empty folder, no folder, captions alone, one picture', async () => {
    await rejects(() => load(), 'ERR_TRAIN_DATA', /expected pictures \(\.png.*got none/);
    await rejects(() => load({ folder: folder.at('nowhere') }), 'ERR_READ', /expected a folder with pictures, got nothing there/);
    await folder.write('fox.txt', 'a fox');
    await folder.write('dog.caption', 'a dog');
    await rejects(() => load(), 'ERR_TRAIN_DATA', /got 2 captions \(dog\.caption, fox\.txt\) and no picture/);
    await folder.picture('fox.png');
    const { warnings } = await load({ validation: 0.5 });
    assert.match(warnings.join('\n'), /1 picture: the LoRA will learn that picture by heart/);
    assert.match(warnings.join('\n'), /1 captions have no picture: dog\.caption/);
    assert.match(warnings.join('\n'), /nothing is held out/);
    await rejects(() => load({ folder: folder.at('fox.png') }), 'ERR_READ', /expected a folder with pictures, got a file/);
  });

  test('damaged and tiny pictures are named all at once, or left out when asked', async () => {
    const whole = await folder.picture('good.png');
    await folder.picture('small.png', { width: 20, height: 90, seed: 2 });
    await folder.write('text.png', 'no picture');
    await folder.write('empty.jpg', '');
    await folder.write('cut.png', (await import('node:fs')).readFileSync(whole).subarray(0, 900));
    const before = await folder.contents();
    const error = await rejects(
      () => load(),
      'ERR_TRAIN_DATA',
      /got 3 that cannot be read \(cut\.png, empty\.jpg, text\.png\) and 1 with an edge below 32 pixels \(small\.png\)/,
    );
    assert.is(error.details.length, 4);
    assert.match(error.details.join('\n'), /empty\.jpg: an empty file/);
    assert.match(error.details.join('\n'), /small\.png: 20x90, an edge below 32 pixels \(minEdge\)/);
    const { pictures, warnings } = await load({ skipUnusable: true });
    assert.equal(
      pictures.map(({ name }) => name),
      ['good.png'],
    );
    assert.is(warnings.filter((line) => line.startsWith('left out ')).length, 4);
    assert.equal(await folder.contents(), before);
  });

  // [file, content, code, message]
  const wrong: [string, string | Uint8Array, string, RegExp][] = [
    ['metadata.jsonl', '{"file_name":"a.png","text":"x"}\nnonsense', 'ERR_TRAIN_DATA', /metadata\.jsonl: line 2: expected a JSON object/],
    ['metadata.jsonl', '{"text":"x"}', 'ERR_TRAIN_DATA', /line 1: expected a field file_name/],
    ['metadata.jsonl', '{"file_name":"a.png","text":7}', 'ERR_TRAIN_DATA', /line 1: text: expected a text, got number/],
    ['a.txt', Buffer.from([0xff, 0xfe, 0x41]), 'ERR_TRAIN_DATA', /expected text in UTF-8/],
    ['a.txt', 'x'.repeat(30_000), 'ERR_TRAIN_DATA', /expected a caption of at most 20000 bytes, got 30000/],
  ];
  for (const [name, content, code, message] of wrong)
    test(`a wrong ${name}: ${String(message)}`, async () => {
      await folder.picture('a.png');
      await folder.write(name, content);
      await rejects(() => load(), code, message);
    });

  test('folders with 0 repeats are left out; a list may name absent files; an aborted scan stops', async () => {
    await folder.picture('0_old/a.png');
    await folder.picture('2_new/b.png', { seed: 2 });
    await folder.write('2_new/metadata.jsonl', '{"file_name":"absent.png","text":"x"}');
    const { pictures, warnings } = await load();
    assert.is(pictures.length, 1);
    assert.match(warnings.join('\n'), /0 repeats are left out: 0_old/);
    assert.match(warnings.join('\n'), /1 captions have no picture: 2_new\/absent\.png/);
    const reason = new Error('enough');
    const error = await scanFolder(folder.path, { signal: AbortSignal.abort(reason) }).catch((caught: unknown) => caught);
    assert.is(error, reason);
  });
});
