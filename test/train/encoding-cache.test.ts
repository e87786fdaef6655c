import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { cacheSize, EncodingCache, trimCache } from '../../lib/train/encode/encoding-cache.ts';
import type { LatentEncoding, TextEncoding } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import { random } from '../image/pictures.ts';
import { PictureFolder } from './support.ts';

const frame = { bucket: { width: 64, height: 64 }, scaled: { width: 64, height: 64 }, left: 0, top: 0, flip: false };
const key = (picture = 'a'.repeat(64), extra = {}) => ({ picture, frame: { ...frame, ...extra }, encoder: 'vae' });
const values = (count: number, seed: number) => Float32Array.from({ length: count }, random(seed));
const latent = (seed: number): LatentEncoding => ({
  width: 8,
  height: 4,
  channels: 4,
  mean: values(128, seed),
  deviation: values(128, seed + 1),
});
const text = (caption: string): TextEncoding => ({
  width: 6,
  tokens: 3,
  context: values(18, caption.length),
  vector: values(5, caption.length),
});

suite('train: cache of encodings', (test) => {
  let folder: PictureFolder;
  test.before.each(async () => {
    folder = await PictureFolder.make();
  });
  test.after.each(() => folder.remove());
  const files = async () =>
    (await readdir(folder.path, { recursive: true }))
      .filter((name) => name.endsWith('.safetensors'))
      .map((name) => join(folder.path, name));

  test('an encoding is read back exactly; every input that affects it makes another entry', async () => {
    let made = 0;
    const encode = async () => latent(++made);
    const cache = new EncodingCache({ folder: folder.path });
    const first = await cache.latent(key(), encode);
    const again = await new EncodingCache({ folder: folder.path }).latent(key(), encode);
    assert.equal(again, first);
    assert.is(made, 1);
    for (const other of [key('b'.repeat(64)), key(undefined, { flip: true }), key(undefined, { left: 8 }), { ...key(), encoder: 'other' }])
      await cache.latent(other, encode);
    assert.is(made, 5);
    const { entries, bytes } = await cacheSize(folder.path);
    assert.is(entries, 5);
    assert.is(bytes, cache.usage.written);
    assert.equal({ ...cache.usage, written: 0 }, { hits: 0, misses: 5, damaged: 0, written: 0 });
  });

  test('captions: the encoder gets the missing ones, each once, in one call', async () => {
    const calls: string[][] = [];
    const encode = async (missing: readonly { caption: string }[]) => {
      calls.push(missing.map(({ caption }) => caption));
      return missing.map(({ caption }) => text(caption));
    };
    const cache = new EncodingCache({ folder: folder.path });
    const keys = (...captions: string[]) => captions.map((caption) => ({ caption, encoder: 'clip' }));
    const first = await cache.texts(keys('a', 'bb', 'a', ''), encode);
    assert.equal(first, ['a', 'bb', 'a', ''].map(text));
    assert.equal(await cache.texts(keys('bb', 'ccc', 'a'), encode), ['bb', 'ccc', 'a'].map(text));
    assert.equal(await cache.texts([{ caption: 'a', encoder: 'clip', width: 512, height: 512 }], encode), [text('a')]);
    assert.equal(calls, [['a', 'bb', ''], ['ccc'], ['a']]);
    assert.equal(await cache.texts([], encode), []);
    assert.is(calls.length, 3);
  });

  test('a damaged entry is encoded again, with a note: truncated, one bit flipped, another file, empty', async () => {
    const damages: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.subarray(0, bytes.length - 9),
      (bytes) => {
        const copy = Buffer.from(bytes);
        copy[copy.length - 5] = (copy[copy.length - 5] ?? 0) ^ 4;
        return copy;
      },
      () => Buffer.from('not a cache entry at all'),
      () => Buffer.alloc(0),
    ];
    const whole = await new EncodingCache({ folder: folder.path }).latent(key(), async () => latent(1));
    const [file = ''] = await files();
    for (const damage of damages) {
      await writeFile(file, damage(await readFile(file)));
      const notes: string[] = [];
      const cache = new EncodingCache({ folder: folder.path, onNote: (note) => notes.push(note) });
      assert.equal(await cache.latent(key(), async () => latent(1)), whole);
      assert.is(cache.usage.damaged, 1);
      assert.match(notes.join(), /is damaged and is encoded again/);
      assert.equal(await cache.latent(key(), () => Promise.reject(new Error('not again'))), whole);
    }
  });

  test('an encoder that fails leaves nothing behind', async () => {
    const cache = new EncodingCache({ folder: folder.path });
    const failure = new Error('out of memory');
    assert.is(await cache.latent(key(), () => Promise.reject(failure)).catch((error: unknown) => error), failure);
    assert.equal(await files(), []);
  });

  test('a cache that cannot be written causes a note, and the work continues', async () => {
    const closed = folder.at('closed');
    await mkdir(closed);
    await writeFile(join(closed, 'latents'), 'a file where a folder should be');
    const notes: string[] = [];
    const cache = new EncodingCache({ folder: closed, onNote: (note) => notes.push(note) });
    for (const seed of [1, 2]) assert.equal(await cache.latent(key(`${seed}`.repeat(64)), async () => latent(seed)), latent(seed));
    assert.is(notes.filter((note) => note.includes('nothing more is stored')).length, 1);
  });

  test('trimming removes the least recently used entries, and no files of others', async () => {
    const cache = new EncodingCache({ folder: folder.path });
    for (const name of ['1', '2', '3']) await cache.latent(key(name.repeat(64)), async () => latent(1));
    const old = await files();
    for (const [index, file] of old.entries()) await utimes(file, index + 1, index + 1);
    await folder.write('keep.safetensors', 'mine');
    const { bytes } = await cacheSize(folder.path);
    const { removed, bytes: left } = await trimCache(folder.path, Math.ceil((bytes * 2) / 3));
    assert.is(removed, 1);
    assert.is(left, (bytes * 2) / 3);
    const rest = await files();
    assert.ok(!rest.includes(old[0] ?? '') && rest.includes(folder.at('keep.safetensors')));
    assert.equal(await cacheSize(folder.at('nowhere')), { entries: 0, bytes: 0 });
  });
});
