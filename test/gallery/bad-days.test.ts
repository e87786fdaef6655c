import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { program, sourceOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { file, place, prompts, scratch } from './support.ts';

/** Names of all files below a folder, sorted. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

/** A program that files or changes works of `home` and prints the result. */
const writer = (home: string, work: string): string => `
  import { Gallery } from ${sourceOf('lib/gallery/index.ts')};
  import { ArtImage } from ${sourceOf('lib/image/index.ts')};
  const gallery = new Gallery({ home: ${JSON.stringify(home)} });
  const noise = (edge) => new ArtImage({ data: crypto.getRandomValues(new Uint8Array(edge * edge * 3)), width: edge, height: edge, channels: 3 }, { prompt: 'noise' });
  const say = (name, promise) => promise.then((value) => console.log('said ' + name + ' ' + JSON.stringify(value)), (error) => console.log('said ' + name + ' ' + error.code + ' ' + error.message));
  ${work}`;

suite('gallery: full disk, read-only home', { timeoutMs: 60_000 }, (test) => {
  test('no disk space for the picture or its record: error code, no partial files, earlier works intact', async () => {
    const here = place();
    const before = await file(here, 'kept');
    const files = filesBelow(here.home);
    const record = readFileSync(before.sidecarPath, 'utf8');
    const text = writer(
      here.home,
      `await say('picture', gallery.add({ image: noise(128) }));
       await say('record', gallery.add({ image: noise(8), about: { curation: { reason: 'x'.repeat(60_000) } } }));
       await say('update', gallery.update(${JSON.stringify(before.id)}, { altText: 'x'.repeat(4900), tags: Array.from({ length: 900 }, (_, at) => 'tag number ' + at) }));
       await say('list', gallery.list().then(({ total }) => total));`,
    );
    // A limit on file size simulates a full disk.
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, '--import', typescript, '--input-type=module', '-e', text],
      { encoding: 'utf8' },
    );
    for (const name of ['picture', 'record', 'update'])
      assert.match(stdout, new RegExp(`^said ${name} ERR_DISK_FULL .*Free some space`, 'm'), stderr);
    assert.match(stdout, /^said list 1$/m);
    assert.equal(filesBelow(here.home), files);
    assert.is(readFileSync(before.sidecarPath, 'utf8'), record);
    assert.equal(prompts((await here.again().list()).works), ['kept']);
  });

  test('a read-only home: lists and searches work, with and without an index; writing says why it fails', async () => {
    const here = place();
    const work = await file(here, 'a fox');
    await file(here, 'an owl');
    chmodSync(scratch, 0o755);
    const lock = (mode: number): void => {
      for (const folder of [
        here.home,
        ...readdirSync(here.home, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => path.join(entry.parentPath, entry.name)),
      ])
        chmodSync(folder, mode);
    };
    const lines = `
      // Not even the owner may write there; root switches to another user.
      if (process.getuid?.() === 0) process.setuid(65534);
      await say('list', gallery.list().then(({ works }) => works.map((work) => work.recipe.prompt)));
      await say('search', gallery.select('fox').then((ids) => ids.length));
      await say('update', gallery.update(${JSON.stringify(work.id)}, { rating: 5 }));
      await say('add', gallery.add({ image: noise(8) }));`;
    for (const withIndex of [true, false]) {
      if (!withIndex) rmSync(here.gallery.layout.cache, { recursive: true });
      lock(0o555);
      try {
        const { ended, lines: said } = program(writer(here.home, lines));
        const { stderr } = await ended;
        assert.ok(said.includes('said list ["an owl","a fox"]'), `${said.join('\n')} ${stderr}`);
        assert.ok(said.includes('said search 1'), said.join('\n'));
        for (const name of ['update', 'add'])
          assert.ok(
            said.some((line) => line.startsWith(`said ${name} ERR_WRITE `) && line.includes('no permission to write')),
            said.join('\n'),
          );
      } finally {
        lock(0o755);
      }
    }
    assert.equal(readdirSync(here.home), ['gallery']);
  });
});
