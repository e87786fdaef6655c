import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { exportSheet, Gallery } from '../../lib/doors/gallery.ts';
import { ArtImage, isArtistError } from '../../lib/index.ts';
import { suite } from '../harness.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-sheet-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

suite('gallery sheet', { timeoutMs: 300_000 }, (test) => {
  const gallery = new Gallery({ home: path.join(folder, 'home') });
  let ids: string[] = [];
  test.before(async () => {
    for (let at = 0; at < 25; at++) {
      const data = new Uint8Array(64 * 48 * 3).fill(at * 9);
      await gallery.add({ image: new ArtImage({ data, width: 64, height: 48, channels: 3 }), about: { title: `Work & <${at}>` } });
    }
    ids = await gallery.select('');
    await gallery.update(ids[0] ?? '', { rating: 4 });
  });

  test('a PDF has pages, its objects are where its table says, and each page is a JPEG', async () => {
    const out = path.join(folder, 'works.pdf');
    const { pages, works } = await exportSheet(gallery, ids, out, { title: 'Füchse' });
    assert.equal([pages, works], [2, 25]);
    const bytes = readFileSync(out);
    const text = bytes.toString('latin1');
    assert.match(text, /^%PDF-1\.4\n/);
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    const [, table = ''] = /^xref\n0 \d+\n([\d nf\n]+)trailer/.exec(text.slice(start)) ?? [];
    const offsets = table
      .split('\n')
      .filter((line) => line.endsWith('n '))
      .map((line) => Number(line.slice(0, 10)));
    assert.is(offsets.length, 3 + 3 * 2);
    for (const [at, offset] of offsets.entries()) assert.ok(text.startsWith(`${at + 1} 0 obj\n`, offset), `object ${at + 1}`);
    const [, length] = /\/DCTDecode \/Length (\d+) >>\nstream\n/.exec(text) ?? [];
    const from = text.indexOf('stream\n', text.indexOf('/DCTDecode')) + 'stream\n'.length;
    const { format, width = 0, height = 0, space } = await sharp(bytes.subarray(from, from + Number(length))).metadata();
    assert.equal([format, space], ['jpeg', 'srgb']);
    assert.ok(Math.abs(height / width - 842 / 595) < 0.01);
  });

  test('one picture has all works; what cannot be drawn is refused or listed', async () => {
    const out = path.join(folder, 'works.png');
    const { pages, works, missing } = await exportSheet(gallery, [...ids, '01K9F00000000000000000000A'], out);
    assert.equal([pages, works, missing.length], [1, 25, 1]);
    assert.ok(((await sharp(out).metadata()).width ?? 0) > 500);
    const codeOf = (given: Promise<unknown>): Promise<unknown> =>
      given.catch((error: unknown) => (isArtistError(error) ? error.code : error));
    assert.is(await codeOf(exportSheet(gallery, ids, out)), 'ERR_ALREADY_EXISTS');
    assert.is(await codeOf(exportSheet(gallery, [], out, { overwrite: true })), 'ERR_INVALID_ARGUMENT');
    assert.is(await codeOf(exportSheet(gallery, ids, path.join(folder, 'works.gif'))), 'ERR_INVALID_ARGUMENT');
    assert.is(await codeOf(exportSheet(gallery, ids, out, { columns: 0 })), 'ERR_INVALID_ARGUMENT');
  });
});
