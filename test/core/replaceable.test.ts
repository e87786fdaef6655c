import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { checkReplaceable, readPlainFile, removeTree, replaceFolder, writeOutput } from '../../lib/core/index.ts';
import { exportZip, Gallery } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { codeOf, program, scratch } from './support.ts';

const mark = '.made-here';
const isOurs = (name: string, kind: 'file' | 'folder'): boolean =>
  kind === 'folder' ? name === 'in' : /^(in\/)?(page\d|\.made-here)$/.test(name);
const wish = { mark, isOurs };
const folderOf = (): string => mkdtempSync(path.join(scratch, 'place '));

function put(folder: string, ...names: string[]): string {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), name);
  }
  return folder;
}

const home = put(
  path.join(folderOf(), 'the home'),
  'config.yaml',
  'taste.json',
  'state/schedule.json',
  'gallery/2026/11/x.png',
  'loras/a.safetensors',
);
process.env['AI_ARTIST_HOME'] = home;

suite('what may be replaced: folders', (test) => {
  const asFolder = (place: string, keep: string[] = []): Promise<string> =>
    codeOf(checkReplaceable(place, { ...wish, as: 'folder', keep }));
  const kept: [string, () => string][] = [
    ['the home', () => home],
    ['the home with a slash', () => `${home}${path.sep}`],
    ['the home around a corner', () => path.join(home, 'gallery', '..')],
    ['the home through a link', () => link(home)],
    ['the gallery', () => path.join(home, 'gallery')],
    ['the state of the home, there or not', () => path.join(home, 'state')],
    ['a folder within the gallery', () => path.join(home, 'gallery', '2026')],
    ['a new folder within the state', () => path.join(home, 'state', 'site')],
    ['a folder above the home', () => path.dirname(home)],
    ['the current folder', () => '.'],
    ['a folder above the current one', () => '..'],
    ['the root', () => path.parse(home).root],
    ["the user's folder", () => homedir()],
  ];
  for (const [what, place] of kept)
    test(`${what}: never, whatever mark it carries`, async () => {
      const carried = place();
      assert.is(await asFolder(carried), 'ERR_INVALID_ARGUMENT', carried);
    });
  test('a marked home, a marked folder above a gallery of the call', async () => {
    const place = put(folderOf(), mark, 'in/page1');
    assert.is(await asFolder(place), 'no error');
    assert.is(await asFolder(place, [path.join(place, 'in')]), 'ERR_INVALID_ARGUMENT');
    const before = process.env['HOME'];
    process.env['HOME'] = path.join(place, 'in');
    try {
      assert.is(await asFolder(place), 'ERR_INVALID_ARGUMENT');
    } finally {
      process.env['HOME'] = before;
    }
  });
  test('a mount point', async () => {
    if (process.platform === 'linux') assert.is(await asFolder('/proc'), 'ERR_INVALID_ARGUMENT');
  });
  const foreign: [string, string[]][] = [
    ['no mark', ['page1']],
    ['a foreign file', [mark, 'thesis.txt']],
    ['one further down', [mark, 'in/notes.md']],
    ['a foreign folder', [mark, '.git/HEAD']],
  ];
  for (const [what, names] of foreign)
    test(`${what}: refused`, async () => assert.is(await asFolder(put(folderOf(), ...names)), 'ERR_ALREADY_EXISTS'));
  test('a link in a marked folder is foreign, and is not followed', async () => {
    const place = put(folderOf(), mark);
    symlinkSync(put(folderOf(), 'page1'), path.join(place, 'in'));
    assert.is(await asFolder(place), 'ERR_ALREADY_EXISTS');
  });
  test('a file, and a link that leads nowhere', async () => {
    const place = put(folderOf(), 'file');
    symlinkSync(path.join(place, 'absent'), path.join(place, 'link'));
    assert.is(await asFolder(path.join(place, 'file')), 'ERR_WRITE');
    assert.is(await asFolder(path.join(place, 'link')), 'ERR_WRITE');
  });
  test('nothing there, nothing in it', async () => {
    assert.is(await asFolder(folderOf()), 'no error');
    assert.is(await asFolder(path.join(folderOf(), 'a', 'b')), 'no error');
  });
});

function link(to: string): string {
  const place = path.join(folderOf(), 'link');
  symlinkSync(to, place);
  return place;
}

suite('what may be replaced: files', (test) => {
  const asFile = (place: string, overwrite = true): Promise<string> => codeOf(checkReplaceable(place, { as: 'file', overwrite }));
  for (const name of [
    'config.yaml',
    'taste.json',
    'curation.json',
    'state/schedule.json',
    'state/new.json',
    'gallery/2026/11/x.png',
    'gallery/new.zip',
  ])
    test(`${name} of the home: never as an output`, async () => {
      assert.is(await asFile(path.join(home, name)), 'ERR_INVALID_ARGUMENT');
      assert.is(await asFile(path.join(link(home), name)), 'ERR_INVALID_ARGUMENT');
    });
  test('a work of any gallery', async () => {
    const id = '01K9F0000000000000000000AA';
    const gallery = put(folderOf(), `2026/11/${id}.json`, `2026/11/${id}.png`, '2026/11/other.png');
    assert.is(await asFile(path.join(gallery, '2026/11', `${id}.png`)), 'ERR_INVALID_ARGUMENT');
    assert.is(await asFile(path.join(gallery, '2026/11', `${id}.json`)), 'ERR_INVALID_ARGUMENT');
    assert.is(await asFile(path.join(gallery, '2026/11', 'other.png')), 'no error');
  });
  test('pictures and archives ask before they write', async () => {
    const image = new ArtImage({ data: new Uint8Array(12), width: 2, height: 2, channels: 3 });
    const place = path.join(home, 'gallery/2026/11/x.png');
    assert.is(await codeOf(image.save(place, { overwrite: true })), 'ERR_INVALID_ARGUMENT');
    assert.is(readFileSync(place, 'utf8'), 'gallery/2026/11/x.png');
    assert.is(
      await codeOf(exportZip(new Gallery({ home }), [], path.join(home, 'config.yaml'), { overwrite: true })),
      'ERR_INVALID_ARGUMENT',
    );
  });
  test('a file that nobody named: only one of the same kind', async () => {
    const place = put(folderOf(), 'thesis.prom', 'empty.prom', 'ours.prom');
    writeFileSync(path.join(place, 'empty.prom'), '');
    writeFileSync(path.join(place, 'ours.prom'), '# HELP ai_artist_up x\n');
    const write = (name: string): Promise<string> =>
      codeOf(writeOutput(path.join(place, name), 'new', { overwrite: false, begins: /^(# HELP ai_artist_|$)/ }));
    assert.equal(
      [await write('thesis.prom'), await write('empty.prom'), await write('ours.prom'), await write('new.prom')],
      ['ERR_ALREADY_EXISTS', 'no error', 'no error', 'no error'],
    );
    assert.is(readFileSync(path.join(place, 'thesis.prom'), 'utf8'), 'thesis.prom');
  });
  test('others: where that was asked for', async () => {
    const place = put(folderOf(), 'a.png');
    assert.is(await asFile(path.join(place, 'a.png'), false), 'ERR_ALREADY_EXISTS');
    assert.is(await asFile(path.join(place, 'a.png')), 'no error');
    assert.is(await asFile(path.join(place, 'b.png'), false), 'no error');
    assert.is(await asFile(place), 'ERR_WRITE');
    assert.is(await asFile(path.join(home, 'loras/a.safetensors')), 'no error');
    assert.is(await codeOf(checkReplaceable(path.join(home, 'config.yaml'), { as: 'file', overwrite: true, record: true })), 'no error');
  });
});

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: Error & { code: string }) => `${error.code} ${error.message}`,
  );
}

suite('what may be replaced: inputs of the work', (test) => {
  const place = put(folderOf(), 'a.bin', 'folder/in/b.bin', 'other.bin');
  const at = (...names: string[]): string => path.join(place, ...names);
  const over = (out: string, ...inputs: string[]): Promise<string> =>
    codeOf(checkReplaceable(out, { as: 'file', overwrite: true, inputs: inputs.map((input) => at(input)) }));

  test('the input is named, and stays', async () => {
    const said = await refusal(writeOutput(at('a.bin'), 'new', { overwrite: true, inputs: [at('other.bin'), at('a.bin')], name: 'out' }));
    assert.is(
      said,
      `ERR_INVALID_ARGUMENT out: ${at('a.bin')}: expected another file than the input, got ${at('a.bin')}. Choose another name`,
    );
    assert.is(readFileSync(at('a.bin'), 'utf8'), 'a.bin');
  });
  test('by any way to it: around a corner, through linked folders, by a link of either', async () => {
    const linked = link(place);
    symlinkSync(at('a.bin'), at('link.bin'));
    assert.is(await over(`${place}/folder/../a.bin`, 'a.bin'), 'ERR_INVALID_ARGUMENT');
    assert.is(await over(path.join(linked, 'a.bin'), 'a.bin'), 'ERR_INVALID_ARGUMENT');
    assert.is(await over(at('link.bin'), 'a.bin'), 'ERR_INVALID_ARGUMENT');
    assert.is(await over(at('a.bin'), 'link.bin'), 'ERR_INVALID_ARGUMENT');
    assert.is(await over(path.relative(process.cwd(), at('a.bin')), 'a.bin'), 'ERR_INVALID_ARGUMENT');
  });
  test('a file of an input folder; beside it, and a new one in it, may be', async () => {
    assert.is(await over(at('folder/in/b.bin'), 'folder'), 'ERR_INVALID_ARGUMENT');
    assert.is(await over(at('folder/in/new.bin'), 'folder'), 'no error');
    assert.is(await over(at('a.bin'), 'folder'), 'no error');
    assert.is(await over(at('a.bin'), 'absent.bin'), 'no error');
  });
  test('a second name of the input may be: a rename leaves the bytes of the first', async () => {
    linkSync(at('other.bin'), at('second.bin'));
    await writeOutput(at('second.bin'), 'new', { overwrite: true, inputs: [at('other.bin')] });
    assert.equal([readFileSync(at('other.bin'), 'utf8'), readFileSync(at('second.bin'), 'utf8')], ['other.bin', 'new']);
  });
});

if (process.platform !== 'win32')
  suite('what may be replaced: neither file nor folder', { timeoutMs: 20_000 }, (test) => {
    const place = folderOf();
    const at = (name: string): string => path.join(place, name);
    execFileSync('mkfifo', [at('pipe')]);
    const refused = (name: string, got: string, expected: string): string =>
      `ERR_WRITE ${name}: expected ${expected} or nothing there, got ${got}. Choose another name`;

    test('a pipe and a device are refused and stay, asked for or not', async () => {
      for (const overwrite of [true, false]) {
        assert.is(await refusal(writeOutput(at('pipe'), 'new', { overwrite })), refused(at('pipe'), 'a pipe', 'a file'));
        assert.is(await refusal(writeOutput('/dev/null', 'new', { overwrite })), refused('/dev/null', 'a device', 'a file'));
      }
      assert.is(await refusal(checkReplaceable(at('pipe'), { ...wish, as: 'folder' })), refused(at('pipe'), 'a pipe', 'a folder'));
      assert.ok(lstatSync(at('pipe')).isFIFO());
    });
    test('also through a link, and where a file of one kind only is replaced', async () => {
      symlinkSync(at('pipe'), at('link'));
      assert.is(await refusal(writeOutput(at('link'), 'new', { overwrite: true })), refused(at('link'), 'a pipe', 'a file'));
      assert.is(await refusal(writeOutput(at('pipe'), '', { overwrite: false, begins: /^$/ })), refused(at('pipe'), 'a pipe', 'a file'));
      const zip = exportZip(new Gallery({ home }), [], at('pipe'), { overwrite: true });
      assert.is(await refusal(zip), refused(at('pipe'), 'a pipe', 'a file'));
    });
    test('nor is one read: what it is, as callers put it into their sentences', async () => {
      const said = (file: string): Promise<string> => readPlainFile(file).then(() => 'read', String);
      assert.equal([await said(at('pipe')), await said('/dev/zero')], ['a pipe', 'a device']);
      assert.match(await said(place), /EISDIR/);
      assert.match(await said(at('absent')), /ENOENT/);
      writeFileSync(at('file'), 'é');
      assert.equal([await readPlainFile(at('file'), 'utf8'), (await readPlainFile(at('file'))).length], ['é', 2]);
    });
    test('a socket', async () => {
      const server = createServer();
      const socket = path.join(mkdtempSync('/tmp/s'), 's'); // its path may have 100 bytes
      await new Promise<void>((done) => server.listen(socket, done));
      try {
        assert.is(await refusal(writeOutput(socket, 'new', { overwrite: true })), refused(socket, 'a socket', 'a file'));
      } finally {
        server.close();
      }
    });
  });

suite('replacing a folder', (test) => {
  const fill = async (folder: string): Promise<void> => {
    put(folder, mark, 'page2', 'in/page2');
  };
  test('the new one stands whole in its place, and nothing lies beside it', async () => {
    const folder = path.join(folderOf(), 'site');
    put(folder, mark, 'page1', 'in/page1');
    await replaceFolder(folder, wish, fill);
    assert.equal(readdirSync(folder).sort(), [mark, 'in', 'page2']);
    assert.equal(readdirSync(path.join(folder, 'in')), ['page2']);
    assert.equal(readdirSync(path.dirname(folder)), ['site']);
  });
  test('through a link: the link stays', async () => {
    const folder = path.join(folderOf(), 'site');
    put(folder, mark);
    const by = link(folder);
    await replaceFolder(by, wish, fill);
    assert.ok(existsSync(path.join(folder, 'page2')));
    assert.ok(existsSync(path.join(by, 'page2')));
  });
  test('a failure leaves the old one', async () => {
    const folder = path.join(folderOf(), 'site');
    put(folder, mark, 'page1');
    let said = '';
    await replaceFolder(folder, wish, async () => {
      throw new Error('no');
    }).catch((error: Error) => {
      said = error.message;
    });
    assert.is(said, 'no');
    assert.equal(readdirSync(folder).sort(), [mark, 'page1']);
    assert.equal(readdirSync(path.dirname(folder)), ['site']);
  });
  test('a file that somebody puts into it meanwhile stays', async () => {
    const folder = path.join(folderOf(), 'site');
    put(folder, mark, 'page1');
    const put2 = async (made: string): Promise<void> => {
      await fill(made);
      put(folder, 'thesis.txt');
    };
    assert.is(await codeOf(replaceFolder(folder, wish, put2)), 'ERR_ALREADY_EXISTS');
    assert.ok(existsSync(path.join(folder, 'thesis.txt')) && existsSync(path.join(folder, 'page1')));
  });
  test('killed at any step: one whole folder is left, and the next call ends well', async () => {
    const core = JSON.stringify(path.resolve('lib/core/index.ts'));
    for (let step = 1; ; step++) {
      const folder = path.join(folderOf(), 'site');
      put(folder, mark, 'page1', 'in/page1');
      const { child, ended } = program(`
        import fs from 'node:fs';
        import { syncBuiltinESMExports } from 'node:module';
        let left = ${step};
        for (const name of ['mkdir', 'rename', 'unlink', 'rmdir']) {
          const real = fs.promises[name];
          fs.promises[name] = async (...args) => { if (--left === 0) process.kill(process.pid, 'SIGKILL'); return real(...args); };
        }
        syncBuiltinESMExports();
        const { replaceFolder } = await import(${core});
        await replaceFolder(${JSON.stringify(folder)}, { mark: ${JSON.stringify(mark)}, isOurs: ${String(isOurs)} }, async (made) => {
          for (const name of ['page2', ${JSON.stringify(mark)}]) fs.writeFileSync(made + '/' + name, name);
        });`);
      const { signal, code, stderr } = await ended;
      const beside = readdirSync(path.dirname(folder));
      const isWhole = (name: string): boolean => {
        const names = readdirSync(path.join(path.dirname(folder), name));
        return names.includes(mark) && (names.includes('page2') || (names.includes('page1') && names.includes('in')));
      };
      assert.ok(beside.some(isWhole), `step ${step}: ${beside}; process ${child.pid}`);
      await replaceFolder(folder, wish, fill);
      assert.equal(readdirSync(folder).sort(), [mark, 'in', 'page2']);
      assert.equal(readdirSync(path.dirname(folder)), ['site'], `step ${step}`);
      if (signal === null) {
        assert.is(code, 0, stderr);
        assert.ok(step > 8, `only ${step} steps`);
        break;
      }
    }
  });
});

suite('removing what is ours', (test) => {
  test('only below its folder, links not followed', async () => {
    const root = put(folderOf(), 'ours/a/file', 'foreign/thesis.txt');
    const inside = path.join(root, 'ours');
    for (const place of ['../foreign', '.', '..', '../foreign/thesis.txt'])
      assert.is(await codeOf(removeTree(path.join(inside, place), { inside })), 'ERR_INTERNAL', place);
    symlinkSync(path.join(root, 'foreign'), path.join(inside, 'link'));
    await removeTree(path.join(inside, 'link'), { inside });
    assert.is(await codeOf(removeTree(path.join(link(path.join(root, 'foreign')), 'thesis.txt'), { inside })), 'ERR_INTERNAL');
    await removeTree(path.join(inside, 'a'), { inside });
    await removeTree(path.join(inside, 'absent'), { inside });
    assert.equal(readdirSync(inside), []);
    assert.is(readFileSync(path.join(root, 'foreign/thesis.txt'), 'utf8'), 'foreign/thesis.txt');
  });
});
