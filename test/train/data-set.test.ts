import { symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { type DataSetOptions, loadDataSet, scanFolder } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import { rejects, text } from '../image/pictures.ts';
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

  test('masks belong to their pictures; EXIF orientation swaps width and height', async () => {
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

  test('validation holds out the same contents under any names; copies stay together', async () => {
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

  test('class pictures have their role, and the class prompt unless they have a caption', async () => {
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

  test('the hash of a data set depends on contents, captions and repeats', async () => {
    await folder.picture('a.png');
    const first = (await load()).hash;
    assert.is((await load()).hash, first);
    await folder.write('a.txt', 'another caption');
    const second = (await load()).hash;
    assert.not.equal(second, first);
    await folder.picture('a.png', { seed: 9 });
    assert.not.equal((await load()).hash, second);
  });

  test('an empty folder, a missing folder, captions without pictures, a single picture', async () => {
    await rejects(() => load(), 'ERR_TRAIN_DATA', /expected pictures \(\.png.*got none/);
    await rejects(() => load({ folder: folder.at('nowhere') }), 'ERR_READ', /expected a folder with pictures, got nothing there/);
    await folder.write('fox.txt', 'a fox');
    await folder.write('dog.caption', 'a dog');
    await rejects(() => load(), 'ERR_TRAIN_DATA', /got 2 captions \(dog\.caption, fox\.txt\) and no picture/);
    await folder.picture('fox.png');
    const { warnings } = await load({ validation: 0.5 });
    assert.match(warnings.join('\n'), /1 picture: the LoRA will learn that picture by heart/);
    assert.match(warnings.join('\n'), /1 caption has no picture: dog\.caption/);
    assert.match(warnings.join('\n'), /nothing is held out/);
    await rejects(() => load({ folder: folder.at('fox.png') }), 'ERR_READ', /expected a folder with pictures, got a file/);
  });

  test('damaged and tiny pictures are all named in one error, or left out on request', async () => {
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

  test('folders of other programs and our own are left out; what may have been meant is reported', async () => {
    await folder.picture('a.png');
    await folder.write('a.txt', 'a fox');
    await folder.picture('@eaDir/a.png/SYNOPHOTO_THUMB_XL.jpg', { seed: 2 });
    await folder.picture('#recycle/old.png', { seed: 3 });
    await folder.picture('$RECYCLE.BIN/$R1.png', { seed: 4 });
    await folder.write('._a.png', 'not a picture');
    await folder.write('.DS_Store', '');
    await folder.picture('site/images/b.png', { seed: 5 });
    await folder.write('site/.ai-artist-site', '');
    await folder.picture('my-home/gallery/2026/01/c.png', { seed: 6 });
    await folder.write('my-home/curation.json', '{}');
    await folder.picture('run/samples/step-1.png', { seed: 7 });
    await folder.write('run/run.json', '{}');
    await folder.write('run/log.jsonl', '');
    const { pictures, warnings, leftOut } = await load();
    assert.equal(
      pictures.map(({ name }) => name),
      ['a.png'],
    );
    assert.equal(
      leftOut.map(({ name, reason }) => `${name}: ${reason}`),
      [
        '#recycle: a bin',
        '$RECYCLE.BIN: a bin',
        '@eaDir: thumbnails of another program',
        'my-home: a home of ai-artist',
        'run: a training run',
        'site: a site that was exported here',
      ],
    );
    assert.ok(warnings.includes('left out #recycle, $RECYCLE.BIN: a bin'));
  });

  test('pictures in unsupported formats are reported with advice', async () => {
    await folder.picture('a.png');
    for (const name of ['IMG_0002.HEIC', 'b.bmp', 'c.jxl', 'd.CR2', 'e.psd', 'f.svg', 'clip.MP4', 'all.zip', 'notes.md'])
      await folder.write(name, 'bytes');
    await folder.write('no-ending', await (await import('node:fs/promises')).readFile(folder.at('a.png')));
    await folder.write('Makefile', 'all:');
    const { warnings, leftOut } = await load();
    assert.equal(leftOut.map(({ name }) => name).sort(), [
      'IMG_0002.HEIC',
      'all.zip',
      'b.bmp',
      'c.jxl',
      'clip.MP4',
      'd.CR2',
      'e.psd',
      'f.svg',
      'no-ending',
    ]);
    for (const line of [
      'left out IMG_0002.HEIC: HEIC pictures (of iPhones and cameras) are not read. Save them as PNG or JPEG',
      'left out b.bmp, c.jxl: this format is not read. Save them as PNG or JPEG',
      'left out d.CR2: raw files of cameras are not read. Develop them and save them as png or jpeg',
      'left out no-ending: pictures are known by the ending of their name. Add .png',
    ])
      assert.ok(warnings.includes(line), `${line} is not in ${warnings.join(' | ')}`);
  });

  test('a folder with only unsupported pictures says so', async () => {
    await folder.write('IMG_0002.HEIC', 'bytes');
    await rejects(() => load(), 'ERR_TRAIN_DATA', /got none\.\n {2}left out IMG_0002\.HEIC: HEIC pictures/);
  });

  test('links: a linked picture is used, a loop ends, a broken link is reported', async () => {
    const other = await PictureFolder.make();
    try {
      await other.picture('far.png', { seed: 2 });
      await folder.picture('a.png');
      symlinkSync(other.at('far.png'), folder.at('far.png'));
      symlinkSync('.', folder.at('loop'));
      symlinkSync('/', folder.at('everything'));
      symlinkSync('gone.png', folder.at('gone.png'));
      const { pictures, leftOut } = await load();
      assert.equal(
        pictures.map(({ name }) => name),
        ['a.png', 'far.png'],
      );
      assert.equal(
        leftOut.map(({ name }) => name),
        ['everything', 'gone.png', 'loop'],
      );
    } finally {
      await other.remove();
    }
  });

  // [caption file, its bytes] beside "Füchse.PNG", whose name is in composed form (NFC)
  const spellings: [string, string | Uint8Array][] = [
    ['F\u00fcchse.txt', 'a fox'],
    ['F\u00fcchse.TXT', 'a fox'],
    ['f\u00fcchse.Caption', 'a fox'],
    ['Fu\u0308chse.txt', 'a fox'],
    ['F\u00fcchse.PNG.txt', 'a fox'],
    ['F\u00fcchse.txt', '\ufeffa fox\r\n'],
    ['F\u00fcchse.txt', Buffer.from('\ufeffa fox\r\n', 'utf16le')],
    ['F\u00fcchse.txt', Buffer.from('\ufeffa fox', 'utf16le').swap16()],
    ['F\u00fcchse.txt', Buffer.from('a fox', 'utf16le')],
    ['F\u00fcchse.txt', 'a\r\nfox\r\n'],
  ];
  for (const [name, content] of spellings)
    test(`the caption is found and read: ${JSON.stringify(name)}, ${JSON.stringify(content)}`, async () => {
      await folder.write('F\u00fcchse.PNG', await readFile(await folder.picture('x/plain.png')));
      await folder.write('x/plain.txt', 'another');
      await folder.write(name, content);
      const { pictures, warnings } = await load();
      assert.equal([pictures[0]?.caption, pictures[0]?.captionFrom], ['a fox', 'sidecar']);
      assert.not.match(warnings.join('\n'), /ha(s|ve) no picture/);
    });

  test('captions and pictures that differ only in case are matched by case', async () => {
    await folder.picture('fox.png');
    await folder.picture('Fox.png', { seed: 2 });
    await folder.write('fox.txt', 'small');
    await folder.write('Fox.txt', 'large');
    assert.equal(
      (await load()).pictures.map(({ name, caption }) => [name, caption]),
      [
        ['Fox.png', 'large'],
        ['fox.png', 'small'],
      ],
    );
  });

  test('a mask is found in any case; one without a picture is reported and not used', async () => {
    await folder.picture('a.png');
    await folder.picture('A.Mask.PNG', { seed: 2 });
    await folder.picture('b.mask.png', { seed: 3 });
    await folder.picture('a.mask.jpg', { seed: 4 });
    const { pictures, leftOut } = await load();
    assert.equal(
      pictures.map(({ name, mask }) => [name, mask]),
      [['a.png', folder.at('A.Mask.PNG')]],
    );
    assert.equal(
      leftOut.map(({ name }) => name),
      ['a.mask.jpg', 'b.mask.png'],
    );
  });

  // [list, its content, the caption of dir/a.png]
  const lists: [string, string | Uint8Array, string][] = [
    ['metadata.jsonl', '{"image":"dir/a.png","prompt":"a fox"}', 'a fox'],
    ['metadata.jsonl', '\ufeff{"path":"dir\\\\a.png","tags":["fox","snow"]}\r\n', 'fox, snow'],
    ['Metadata.CSV', 'file_name,text\r\ndir/a.png,"a ""red"" fox,\nin snow"\r\n', 'a "red" fox, in snow'],
    ['metadata.csv', '\ufefffilename;caption\ndir/a.png;a fox, in snow', 'a fox, in snow'],
    ['captions.tsv', 'image\tdescription\ndir/a.png\ta fox', 'a fox'],
    ['metadata.json', '[{"file_name":"dir/A.PNG","text":"a fox"}]', 'a fox'],
    ['meta_cap.json', '{"dir/a":{"caption":"a fox","tags":"red, snow","train_resolution":[64,64]}}', 'a fox, red, snow'],
    ['meta_lat.json', '{"/data/other/dir/a.png":{"tags":"red fox"},"dir/a.png":{"caption":"a fox"}}', 'a fox'],
    ['captions.txt', 'dir/a.png: a fox', 'a fox'],
    ['captions.txt', './dir/a.png\ta fox\r\n', 'a fox'],
    ['captions.txt', Buffer.from('\ufeffdir/a.png\ta fox\r\n', 'utf16le'), 'a fox'],
    ['metadata.csv', 'file_name,text\ndir/a.png,', ''],
  ];
  for (const [name, content, caption] of lists)
    test(`captions of ${name}: ${JSON.stringify(content)}`, async () => {
      await folder.picture('dir/a.png');
      await folder.write(name, content);
      assert.is((await load()).pictures[0]?.caption, caption);
    });

  test('a list in a subfolder may name pictures by an absolute path of another machine', async () => {
    await folder.picture('dir/a.png');
    await folder.write('dir/meta_cap.json', '{"D:\\\\pictures\\\\a.png":"a fox"}');
    assert.is((await load()).pictures[0]?.caption, 'a fox');
  });

  test('lines of a list without a picture or caption are reported', async () => {
    await folder.picture('a.png');
    await folder.write('captions.txt', 'a.png\ta fox\nand a line of prose\n');
    await folder.write('metadata.json', '{"version": 2}');
    const { warnings } = await load();
    assert.ok(warnings.includes("captions.txt: 1 without a picture's name and caption: and a line of prose"));
    assert.ok(warnings.includes("metadata.json: 1 without a picture's name and caption: version"));
  });

  test('a painted picture without a caption file gets the prompt of its recipe, not its name', async () => {
    const parameters =
      'a fox, <lora:ink:0.8>, in snow\nNegative prompt: blurry\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 64x64';
    for (const [name, seed] of [
      ['00001-5.png', 1],
      ['named.png', 2],
    ] as const) {
      const bytes = await readFile(await folder.picture(name, { seed }));
      // after the signature and the IHDR chunk
      await folder.write(name, Buffer.concat([bytes.subarray(0, 33), text('parameters', parameters), bytes.subarray(33)]));
    }
    await folder.write('named.txt', 'mine');
    const { pictures, warnings } = await load();
    assert.equal(
      pictures.map(({ name, caption, captionFrom }) => [name, caption, captionFrom]),
      [
        ['00001-5.png', 'a fox, in snow', 'recipe'],
        ['named.png', 'mine', 'sidecar'],
      ],
    );
    assert.ok(warnings.includes('1 of 2 captions are the prompts that the pictures carry, e.g. "a fox, in snow"'));
  });

  test('an AbortSignal of another realm is accepted', async () => {
    await folder.picture('a.png');
    const foreign = Object.assign(new EventTarget(), { aborted: false, throwIfAborted: () => undefined, reason: undefined });
    assert.is((await load({ signal: foreign as AbortSignal })).pictures.length, 1);
    await rejects(() => load({ signal: {} as AbortSignal }), 'ERR_INVALID_ARGUMENT', /signal: expected an AbortSignal/);
  });

  // [file, content, code, message]
  const wrong: [string, string | Uint8Array, string, RegExp][] = [
    ['metadata.jsonl', '{"file_name":"a.png","text":"x"}\nnonsense', 'ERR_TRAIN_DATA', /metadata\.jsonl: line 2: expected a JSON object/],
    ['metadata.jsonl', '{"text":"x"}', 'ERR_TRAIN_DATA', /line 1: expected a field file_name/],
    ['metadata.jsonl', '{"file_name":"a.png","text":7}', 'ERR_TRAIN_DATA', /line 1: text: expected a text, got number/],
    ['a.txt', Buffer.from([0xff, 0xfe, 0x41]), 'ERR_TRAIN_DATA', /expected text in UTF-8/],
    [
      'a.txt',
      Buffer.from('un caf\u00e9', 'latin1'),
      'ERR_TRAIN_DATA',
      /a\.txt: expected text in UTF-8.*0xe9 behind "un caf", in Latin-1 é/,
    ],
    ['a.txt', 'a fox\0', 'ERR_TRAIN_DATA', /expected text in UTF-8, got zero bytes/],
    ['metadata.csv', 'file_name,text\na.png,"open', 'ERR_TRAIN_DATA', /metadata\.csv: row 2: expected a quote that ends the cell/],
    ['metadata.csv', 'file_name,text\na.png,"a" b', 'ERR_TRAIN_DATA', /metadata\.csv: row 2: expected "," behind a cell in quotes/],
    ['metadata.json', '{', 'ERR_TRAIN_DATA', /metadata\.json: expected a JSON object/],
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
    assert.match(warnings.join('\n'), /1 caption has no picture: 2_new\/absent\.png/);
    const reason = new Error('enough');
    const error = await scanFolder(folder.path, { signal: AbortSignal.abort(reason) }).catch((caught: unknown) => caught);
    assert.is(error, reason);
  });
});
