import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { foreignPlace, isArtistError, walkFolder } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { scratch } from './support.ts';

let count = 0;
/** A fresh folder with these files, each with its own name as content. */
function tree(...files: string[]): string {
  const root = path.join(scratch, `tree ${++count}`);
  mkdirSync(root, { recursive: true });
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), file);
  }
  return root;
}

/** Files found, with slashes, and what was passed over, as kind and name. */
async function look(root: string, options: Parameters<typeof walkFolder>[1] = {}) {
  const walk = await walkFolder(root, options);
  return {
    files: walk.folders.flatMap(({ folder, names }) => names.map((name) => path.relative(root, path.join(folder, name)))),
    passed: walk.passed.map(({ kind, name }) => `${kind}: ${name}`),
    reasons: walk.passed.map(({ reason }) => reason),
  };
}

const message = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (isArtistError(error, 'ERR_READ') ? error.message : Promise.reject(error)),
  );

suite('core: folder walk', (test) => {
  test('files of a folder, then of the folders in it, in the order of the letters', async () => {
    const root = tree('b/z.png', 'b/a/1.png', 'a.png', 'c.png', 'a/x.png', 'leer/.keep');
    assert.equal((await look(root)).files, ['a.png', 'c.png', 'a/x.png', 'b/z.png', 'b/a/1.png']);
  });

  test('links to the folder itself, to its parent and to the root of the file system are named and not followed', async () => {
    const root = tree('a.png', 'deep/b.png');
    symlinkSync('.', path.join(root, 'loop'));
    symlinkSync('..', path.join(root, 'deep/up'));
    symlinkSync('/', path.join(root, 'all'));
    symlinkSync('deep', path.join(root, 'again'));
    const { files, passed, reasons } = await look(root);
    assert.equal(files, ['a.png', 'deep/b.png']);
    assert.equal(passed, ['link-in: again', 'link-out: all', 'link-in: loop', 'link-in: deep/up']);
    assert.is(reasons[1], 'a link to /, out of this folder');
  });

  test('a linked file: taken inside the folder; outside only when asked; a broken link and a loop of links are named', async () => {
    const outside = tree('far.png');
    const root = tree('a.png');
    symlinkSync(path.join(outside, 'far.png'), path.join(root, 'far.png'));
    symlinkSync('a.png', path.join(root, 'near.png'));
    symlinkSync('nowhere.png', path.join(root, 'broken.png'));
    symlinkSync('self.png', path.join(root, 'self.png'));
    const strict = await look(root);
    assert.equal(strict.files, ['a.png', 'near.png']);
    assert.equal(strict.passed, ['broken-link: broken.png', 'link-out: far.png', 'broken-link: self.png']);
    assert.equal((await look(root, { linkedFiles: true })).files, ['a.png', 'far.png', 'near.png']);
  });

  test('a folder beside the root whose name begins like the root lies outside', async () => {
    const root = tree('a.png');
    mkdirSync(`${root} too`);
    writeFileSync(path.join(`${root} too`, 'b.png'), '');
    symlinkSync(path.join(`${root} too`, 'b.png'), path.join(root, 'b.png'));
    assert.equal((await look(root)).passed, ['link-out: b.png']);
  });

  test('a root that is a link itself is read', async () => {
    const root = tree('a.png', 'sub/b.png');
    symlinkSync(root, `${root} link`);
    assert.equal((await look(`${root} link`)).files, ['a.png', 'sub/b.png']);
  });

  test('places of other programs are passed over by name', async () => {
    const root = tree(
      'a.png',
      '@eaDir/a.png/SYNOPHOTO_THUMB_XL.jpg',
      '#recycle/old.png',
      '$RECYCLE.BIN/$R1.png',
      '._a.png',
      '.DS_Store',
      'Thumbs.db',
      'lost+found/#1.png',
      '.Trash-1000/files/b.png',
      '__MACOSX/._a.png',
      'sub/.thumbnails/a.png',
      'Catalog Previews.lrdata/0/x.jpg',
    );
    const { files, passed } = await look(root);
    assert.equal(files, ['a.png']);
    assert.is(passed.length, 11);
    assert.ok(passed.every((line) => line.startsWith('foreign: ')));
  });

  test('a pipe is no file', async () => {
    const root = tree('a.png');
    execFileSync('mkfifo', [path.join(root, 'pipe.png')]);
    symlinkSync('/dev/zero', path.join(root, 'zero.png'));
    assert.equal(await look(root), {
      files: ['a.png'],
      passed: ['special: pipe.png', 'special: zero.png'],
      reasons: ['no file, but a pipe, a socket or a device', 'a link to a pipe, a socket or a device'],
    });
  });

  test('depth is bounded by leaving out, the number of entries by an error', async () => {
    const root = tree('a.png', '1/b.png', '1/2/c.png', '1/2/3/d.png');
    const { files, passed } = await look(root, { maxDepth: 1 });
    assert.equal([files, passed], [['a.png', '1/b.png'], ['too-deep: 1/2']]);
    assert.is(
      await message(walkFolder(root, { maxEntries: 3 })),
      `${root}: expected at most 3 files and folders, got more. Name a folder further down`,
    );
    assert.is((await look(root, { maxEntries: 7 })).files.length, 4);
  });

  test('the caller leaves folders out, but never the root', async () => {
    const root = tree('.mark', 'a.png', 'site/.mark', 'site/b.png', 'site/more/c.png', 'd/e.png');
    const { files, passed, reasons } = await look(root, {
      leaveOut: (_folder, names) => (names.includes('.mark') ? 'marked' : undefined),
    });
    assert.equal(files, ['a.png', 'd/e.png']);
    assert.equal(passed, ['foreign: .mark', 'left-out: site']);
    assert.is(reasons[1], 'marked');
  });

  test('a folder that is gone when its turn comes is named, and the rest is read', async () => {
    const root = tree('a/1.png', 'b/2.png', 'c/3.png');
    const { files, passed, reasons } = await look(root, {
      leaveOut: () => {
        rmSync(path.join(root, 'b'), { recursive: true, force: true });
        return undefined;
      },
    });
    assert.equal([files, passed, reasons], [['a/1.png', 'c/3.png'], ['unreadable: b'], ['cannot be read (ENOENT)']]);
  });

  // root may read everything
  if (process.getuid?.() !== 0)
    test('folders that may not be listed or not be entered are named, and the rest is read', async () => {
      const root = tree('a.png', 'closed/b.png', 'listed/c.png', 'open/d.png');
      chmodSync(path.join(root, 'closed'), 0o000);
      chmodSync(path.join(root, 'listed'), 0o444);
      try {
        const { files, passed } = await look(root);
        assert.equal(
          [files, passed],
          [
            ['a.png', 'open/d.png'],
            ['unreadable: closed', 'unreadable: listed'],
          ],
        );
      } finally {
        chmodSync(path.join(root, 'closed'), 0o700);
        chmodSync(path.join(root, 'listed'), 0o700);
      }
    });

  test('no folder, a file, a link to itself, a zero byte: ERR_READ says which', async () => {
    const root = tree('a.png');
    symlinkSync('self', path.join(root, 'self'));
    const nowhere = path.join(root, 'nowhere');
    assert.is(await message(walkFolder(nowhere)), `${nowhere}: expected a folder that can be read, got nothing there. Check the path`);
    const file = path.join(root, 'a.png');
    assert.is(await message(walkFolder(file)), `${file}: expected a folder that can be read, got a file`);
    assert.match(await message(walkFolder(path.join(root, 'self'))), /got a link that leads to itself/);
    assert.match(await message(walkFolder('a\0b')), /expected a folder that can be read/);
  });

  test('an aborted signal ends it with its reason', async () => {
    const reason = new Error('enough');
    const root = tree('a.png', 'b/c.png');
    assert.is(await walkFolder(root, { signal: AbortSignal.abort(reason) }).catch((error: unknown) => error), reason);
    const controller = new AbortController();
    const late = walkFolder(root, {
      signal: controller.signal,
      leaveOut: () => {
        controller.abort(reason);
        return undefined;
      },
    });
    symlinkSync('c.png', path.join(root, 'b/d.png'));
    assert.is(await late.catch((error: unknown) => error), reason);
  });
});

suite('core: foreign places', (test) => {
  for (const name of [
    '@EADIR',
    '.git',
    '._x.jpg',
    'a.jpg@SynoEAStream',
    'FOUND.001',
    'Photos Library.photoslibrary',
    '.Trashes',
    'desktop.ini',
  ])
    test(`${name} is another program's`, () => assert.type(foreignPlace(name), 'string'));
  for (const name of ['a.png', '@artist', '#1 best', '10_fox', '$5 note.png', 'trash', 'thumbs', '猫', '_private', 'lost'])
    test(`${name} is a name that people give`, () => assert.is(foreignPlace(name), undefined));
});
