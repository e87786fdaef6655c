import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { Folder, rawSafetensors, rejects, safetensors } from './model-files.ts';

const entry = (fields: Record<string, unknown>): string =>
  JSON.stringify({ 'a.weight': { dtype: 'F16', shape: [2, 2], data_offsets: [0, 8], ...fields } });
const eight = Buffer.alloc(8);

/** Content of a broken file -> what the message must say. Each of these reached an assert, a JSON exception or bad memory in the engine. */
const broken: [what: string, content: Buffer | string, message: RegExp][] = [
  ['an empty file', '', /empty \(0 bytes\)/],
  ['one byte', 'x', /expected a model file, got 1 bytes/],
  ['random bytes', Buffer.from('7f13a9c4e0b2d1f80011223344556677', 'hex'), /not a model file .* starts with the bytes 7f13a9c4/],
  ['a web page', '<!DOCTYPE html><html>Log in</html>', /web page.*login/],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n', /Git LFS pointer/],
  ['a JSON file', '{"weight_map": {}}', /JSON file/],
  ['a plain pickle', Buffer.from('80025d71002e0000000000000000', 'hex'), /pickle/],
  [
    'a header length past the end',
    rawSafetensors('{"a":1}', Buffer.alloc(0), 5000),
    /header length: expected at most 7 bytes, got 5000.*truncated/,
  ],
  [
    'a header length over 100 MB',
    rawSafetensors('{"a":1}', Buffer.alloc(0), 200 * 1024 * 1024),
    /header length: expected at most 104857600/,
  ],
  ['cut JSON', rawSafetensors('{"a.weight": {"dtype": ', eight), /not valid JSON/],
  ['a null byte in the header', rawSafetensors(`${entry({})}\0{}`, eight), /null byte/],
  ['no tensors', rawSafetensors('{}', Buffer.alloc(0)), /no tensors/],
  ['a tensor that is a number', rawSafetensors('{"a.weight": 7}', eight), /tensor "a\.weight": expected an object.*got 7/],
  ['a missing dtype', rawSafetensors(entry({ dtype: undefined }), eight), /dtype: expected a string, got undefined/],
  ['a mistyped dtype', rawSafetensors(entry({ dtype: 16 }), eight), /dtype: expected a string, got 16/],
  ['an unknown dtype', rawSafetensors(entry({ dtype: 'F15' }), eight), /dtype: expected one of F16, .*got "F15"/],
  ['a dtype the engine cannot read', rawSafetensors(entry({ dtype: 'I8' }), eight), /engine cannot read I8/],
  ['a missing shape', rawSafetensors(entry({ shape: undefined }), eight), /shape: expected an array, got undefined/],
  ['a negative size', rawSafetensors(entry({ shape: [-2, -2] }), eight), /shape: expected positive integers, got \[-2, -2\]/],
  ['a zero size', rawSafetensors(entry({ shape: [0, 4] }), eight), /shape: expected positive integers, got \[0, 4\]/],
  ['a fractional size', rawSafetensors(entry({ shape: [2.5] }), eight), /shape: expected positive integers/],
  ['a text size', rawSafetensors(entry({ shape: ['4'] }), eight), /shape: expected positive integers, got \["4"\]/],
  ['sizes whose product overflows', rawSafetensors(entry({ shape: [2 ** 40, 2 ** 40] }), eight), /shape: expected positive integers/],
  ['six dimensions', rawSafetensors(entry({ shape: [1, 1, 1, 1, 2, 2] }), eight), /at most 5 dimensions, got 6/],
  ['missing offsets', rawSafetensors(entry({ data_offsets: undefined }), eight), /data_offsets: expected \[begin, end\], got undefined/],
  ['one offset', rawSafetensors(entry({ data_offsets: [0] }), eight), /data_offsets: expected \[begin, end\]/],
  ['falling offsets', rawSafetensors(entry({ data_offsets: [8, 0] }), eight), /two ascending integers, got \[8, 0\]/],
  ['negative offsets', rawSafetensors(entry({ data_offsets: [-8, 0] }), eight), /two ascending integers/],
  [
    'offsets that do not fit the shape',
    rawSafetensors(entry({ data_offsets: [0, 6] }), eight),
    /F16 of shape \[2, 2\] takes 8 bytes, data_offsets say 6/,
  ],
  ['truncated data', rawSafetensors(entry({}), Buffer.alloc(5)), /tensor "a\.weight": its data ends at byte .*truncated/],
  ['data far outside', rawSafetensors(entry({ data_offsets: [1e12, 1e12 + 8] }), eight), /its data ends at byte 1000000000103/],
  ['appended bytes', rawSafetensors(entry({}), Buffer.alloc(20)), /expected \d+ bytes by the header, got \d+/],
  ['a hole', rawSafetensors(entry({ data_offsets: [4, 12] }), Buffer.alloc(12)), /4 bytes belong to no tensor/],
  [
    'overlapping tensors',
    rawSafetensors(
      '{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[4],"data_offsets":[4,12]}}',
      Buffer.alloc(12),
    ),
    /tensors "a" and "b" share bytes/,
  ],
  [
    'a name of 128 bytes',
    rawSafetensors(JSON.stringify({ ['n'.repeat(128)]: { dtype: 'F16', shape: [4], data_offsets: [0, 8] } }), eight),
    /at most 127 bytes, got 128/,
  ],
  ['an empty name', rawSafetensors('{"":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}', eight), /empty name/],
  [
    'metadata that is no text',
    rawSafetensors('{"__metadata__":{"a":1},"b":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}', eight),
    /__metadata__\.a: expected a string, got 1/,
  ],
  ['a zip without an end', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60)]), /without its end record/],
];

suite('readModelHeader', (test) => {
  let folder: Folder;
  test.before(async () => {
    folder = await Folder.make();
  });
  test.after(() => folder.remove());

  for (const [what, content, message] of broken)
    test(`refuses ${what}`, async () => {
      const path = await folder.write('broken.safetensors', content);
      const error = await rejects(readModelHeader(path), 'ERR_MODEL_FORMAT', message);
      assert.ok(error.message.startsWith(path), `the message names the file: ${error.message}`);
    });

  test('a missing file is not found', () =>
    rejects(readModelHeader(join(folder.path, 'absent.gguf')), 'ERR_MODEL_NOT_FOUND', /absent\.gguf: no such file/));
  test('a path below a file is not found', async () => {
    const file = await folder.write('file', 'x');
    await rejects(readModelHeader(join(file, 'inner')), 'ERR_MODEL_NOT_FOUND', /no such file/);
  });
  test('a link to itself cannot be read', async () => {
    const link = join(folder.path, 'loop');
    await symlink(link, link);
    await rejects(readModelHeader(link), 'ERR_READ', /ELOOP/);
  });
  test('a folder is refused and its models are named', async () => {
    const inner = join(folder.path, 'many');
    await mkdir(inner);
    await new Folder(inner).write('one.safetensors', safetensors({ a: { shape: [1] } }));
    await rejects(readModelHeader(inner), 'ERR_MODEL_FORMAT', /is a folder.*one\.safetensors/);
  });
  test('shards are refused with advice', async () => {
    const path = await folder.write('model.safetensors.index.json', '{"weight_map":{}}');
    await rejects(readModelHeader(path), 'ERR_UNSUPPORTED', /sharded.*single-file version/);
  });
  test('a transformer folder of diffusers is refused with advice', async () => {
    const inner = join(folder.path, 'flux');
    await mkdir(join(inner, 'transformer'), { recursive: true });
    await rejects(readModelHeader(inner), 'ERR_UNSUPPORTED', /Pass its parts/);
  });
  test('a diffusers folder is read with the prefixes of the engine', async () => {
    const inner = join(folder.path, 'sd');
    for (const part of ['unet', 'text_encoder']) await mkdir(join(inner, part), { recursive: true });
    await new Folder(join(inner, 'unet')).write(
      'diffusion_pytorch_model.safetensors',
      safetensors({ 'conv_in.weight': { shape: [8, 4, 3, 3] } }),
    );
    await new Folder(join(inner, 'text_encoder')).write('model.safetensors', safetensors({ 'text_model.x': { shape: [2] } }));
    const header = await readModelHeader(inner);
    assert.is(header.format, 'diffusers');
    assert.equal(
      header.tensors.map((tensor) => tensor.name),
      ['unet.conv_in.weight', 'te.text_model.x'],
    );
  });
  test('a correct file gives names, shapes, sizes, positions and metadata', async () => {
    const content = safetensors(
      { 'a.weight': { shape: [2, 3], dtype: 'F32' }, scalar: { shape: [], dtype: 'F16' }, e: { shape: [1, 2, 1, 2, 2], dtype: 'F8_E4M3' } },
      { license: 'MIT' },
    );
    const header = await readModelHeader(await folder.write('good.bin', content));
    assert.is(header.format, 'safetensors');
    assert.is(header.bytes, content.length);
    assert.equal(header.metadata, { license: 'MIT' });
    assert.equal(header.tensors, [
      { name: 'a.weight', dtype: 'F32', shape: [2, 3], bytes: 24, offset: header.dataOffset },
      { name: 'scalar', dtype: 'F16', shape: [], bytes: 2, offset: header.dataOffset + 24 },
      { name: 'e', dtype: 'F8_E4M3', shape: [1, 2, 1, 2, 2], bytes: 8, offset: header.dataOffset + 26 },
    ]);
    assert.is(header.dataOffset, content.length - 34);
  });
  test('a name of 127 bytes is fine', async () => {
    const header = await readModelHeader(await folder.write('long.safetensors', safetensors({ ['n'.repeat(127)]: { shape: [1] } })));
    assert.is(header.tensors.length, 1);
  });
  test('a torch zip is recognised by its index', async () => {
    const { zipSync } = await import('fflate');
    const good = await folder.write(
      'a.ckpt',
      Buffer.from(zipSync({ 'archive/data.pkl': new Uint8Array([0x80, 2, 0x2e]), 'archive/data/0': new Uint8Array(8) })),
    );
    const other = await folder.write('b.zip', Buffer.from(zipSync({ 'readme.txt': new Uint8Array(3) })));
    assert.is((await readModelHeader(good)).format, 'torch-zip');
    await rejects(readModelHeader(other), 'ERR_MODEL_FORMAT', /holds no torch checkpoint/);
  });
});
