import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { type CliJson, type CliResult, cli, jsonOf, scratch } from './support.ts';

interface CaptionJson extends CliJson {
  captions: { picture: string; caption: string; tags: { tag: string; similarity: number }[]; file?: string }[];
  alreadyCaptioned: number;
}

const streamline = path.resolve('test/fixtures/train/streamline');

suite('ai-artist train caption', (test) => {
  const folder = path.join(scratch, 'to be captioned');
  const tags = path.join(scratch, 'tags.txt');
  let names: string[] = [];

  test.before(async () => {
    names = (await readdir(streamline)).filter((name) => name.endsWith('.png')).slice(0, 3);
    await mkdir(folder, { recursive: true });
    for (const name of names) await copyFile(path.join(streamline, name), path.join(folder, name));
    await writeFile(path.join(folder, `${path.parse(names[0] ?? '').name}.txt`), 'my own words\n');
    await writeFile(tags, 'a bicycle\n\nan apple\na bicycle\na red heart\nwhite background\n');
  });

  const run = (...args: string[]): Promise<CliResult> => cli(['train', 'caption', folder, ...args]);

  test('--dry-run shows captions and writes nothing', async () => {
    const shown = await run('--tags', tags, '--dry-run', '--json');
    assert.is(shown.code, 0, shown.stderr);
    const { captions, alreadyCaptioned } = jsonOf(shown) as CaptionJson;
    assert.is(alreadyCaptioned, 1);
    assert.equal(
      captions.map(({ picture, file }) => [picture, file]),
      names.slice(1).map((name) => [name, undefined]),
    );
    assert.not(existsSync(path.join(folder, `${path.parse(names[1] ?? '').name}.txt`)));
  });

  test('writes a caption next to each picture that has none, and leaves the others alone', async () => {
    const written = await run('--tags', tags, '--count', '2', '--prefix', 'kawaii sticker', '--json');
    assert.is(written.code, 0, written.stderr);
    const { captions } = jsonOf(written) as CaptionJson;
    assert.is(captions.length, 2);
    for (const { caption, tags: chosen, file } of captions) {
      assert.is(chosen.length, 2);
      assert.ok((chosen[0]?.similarity ?? 0) >= (chosen[1]?.similarity ?? 1), 'best first');
      assert.is(caption, `kawaii sticker, ${chosen.map(({ tag }) => tag).join(', ')}`);
      assert.is(readFileSync(file ?? '', 'utf8'), `${caption}\n`);
    }
    assert.is(readFileSync(path.join(folder, `${path.parse(names[0] ?? '').name}.txt`), 'utf8'), 'my own words\n');
    const again = await run('--tags', tags, '--json');
    const { captions: none, alreadyCaptioned } = jsonOf(again) as CaptionJson;
    assert.equal([again.code, none, alreadyCaptioned], [0, [], 3]);
  });

  for (const [what, args, says] of [
    ['no --tags', [], /--tags: expected a text file with a tag a line, got none/],
    ['a file that is not there', ['--tags', 'no-such.txt'], /--tags: expected a text file with a tag a line, got no-such\.txt/],
    ['no tags at all', ['--count', '0', '--tags', tags], /--count: expected an integer 1\.\.50, got 0/],
    ['a template without a place', ['--template', 'a photo', '--tags', tags], /--template: expected a text with \{\} in it, got "a photo"/],
  ] as const)
    test(`refuses ${what}`, async () => {
      const { code, stderr } = await run(...args);
      assert.ok(code === 1 || code === 2, `exit ${code}`);
      assert.match(stderr, says);
    });
});
