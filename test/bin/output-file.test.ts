import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { batchNames, checkOutput, freeName, inFolder, pictureEndings, slug } from '../../bin/print/output-file.ts';
import { isArtistError } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';
import { scratch } from './support.ts';

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isArtistError(error)) return error.code;
    throw error;
  }
  return 'no error';
}

suite('bin output-file', (test) => {
  const folder = path.join(scratch, 'output');
  const taken = path.join(folder, 'taken.png');
  test.before(() => {
    mkdirSync(path.join(folder, 'sub.png'), { recursive: true });
    writeFileSync(taken, 'x');
  });

  const slugs: [string, string][] = [
    ['A red fox, in the SNOW!', 'a-red-fox-in-the-snow'],
    ['../../etc/passwd', 'etc-passwd'],
    ['  ', 'picture'],
    ['🦊', 'picture'],
    ['Füchse im Schnee', 'füchse-im-schnee'],
    ['x'.repeat(300), 'x'.repeat(40)],
  ];
  for (const [text, expected] of slugs) test(`slug of ${JSON.stringify(text.slice(0, 30))}`, () => assert.is(slug(text), expected));

  const batches: [string, number[], string[]][] = [
    ['a.png', [7], ['a.png']],
    ['a.png', [7, 8], ['a-1.png', 'a-2.png']],
    ['a-{seed}.png', [7, 8], ['a-7.png', 'a-8.png']],
    ['{index}/{seed}-{seed}.webp', [7, 8], ['1/7-7.webp', '2/8-8.webp']],
    ['a-{seed}.png', [7], ['a-7.png']],
  ];
  for (const [pattern, seeds, expected] of batches)
    test(`names of ${pattern} for ${seeds.length}`, () => assert.equal(batchNames(pattern, seeds), expected));

  test('a free name is found next to a taken one', async () => {
    assert.is(await freeName(taken), path.join(folder, 'taken-2.png'));
    assert.is(await freeName(path.join(folder, 'free.png')), path.join(folder, 'free.png'));
  });

  test('--out may be a folder', async () => {
    assert.is(await inFolder(folder, 'x.png'), path.join(folder, 'x.png'));
    assert.is(await inFolder(`${path.join(folder, 'new')}/`, 'x.png'), path.join(folder, 'new', 'x.png'));
    assert.is(await inFolder(path.join(folder, 'y.png'), 'x.png'), path.join(folder, 'y.png'));
  });

  const outputs: [string, string, boolean, string][] = [
    ['another ending', path.join(folder, 'a.bmp'), false, 'ERR_INVALID_ARGUMENT'],
    ['no ending', path.join(folder, 'a'), false, 'ERR_INVALID_ARGUMENT'],
    ['a taken name', taken, false, 'ERR_ALREADY_EXISTS'],
    ['a taken name with --force', taken, true, 'no error'],
    ['a folder', path.join(folder, 'sub.png'), true, 'ERR_WRITE'],
    ['a file where a folder should be', path.join(taken, 'a.png'), false, 'ERR_WRITE'],
    ['a new folder', path.join(folder, 'new/er/a.png'), false, 'no error'],
  ];
  for (const [what, file, force, code] of outputs) {
    test(`output to ${what}: ${code}`, async () => assert.is(await codeOf(checkOutput(file, { force, endings: pictureEndings })), code));
  }
});
