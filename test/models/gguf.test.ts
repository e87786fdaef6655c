import * as assert from 'uvu/assert';
import { type GgufTensor, writeGguf } from '../../lib/bench/weights/gguf-writer.ts';
import { readModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { Folder, rejects } from './model-files.ts';

const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
};
const u64 = (value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

interface Raw {
  version?: number;
  tensorCount?: number | bigint;
  keyCount?: number | bigint;
  keys?: Buffer[];
  tensors?: Buffer[];
  data?: Buffer;
  cut?: number;
}
const tensor = (name: string, ne: (number | bigint)[], type: number, offset: number | bigint): Buffer =>
  Buffer.concat([text(name), u32(ne.length), ...ne.map(u64), u32(type), u64(offset)]);

function gguf({
  version = 3,
  keys = [],
  tensors = [tensor('a', [4], 1, 0)],
  data = Buffer.alloc(32),
  keyCount = keys.length,
  tensorCount = tensors.length,
  cut,
}: Raw): Buffer {
  const header = Buffer.concat([Buffer.from('GGUF'), u32(version), u64(tensorCount), u64(keyCount), ...keys, ...tensors]);
  const file = Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), data]);
  return cut === undefined ? file : file.subarray(0, cut);
}

const broken: [what: string, file: Raw, message: RegExp][] = [
  ['version 1', { version: 1 }, /version 1 is no longer readable/],
  ['version 4', { version: 4 }, /version: expected 2 or 3, got 4$/],
  ['another byte order', { version: 0x03000000 }, /big-endian/],
  ['a cut header', { cut: 30 }, /ended inside its GGUF header/],
  ['a huge number of tensors', { tensorCount: 2n ** 60n }, /number of tensors: expected at most/],
  ['a huge number of keys', { keyCount: 2n ** 60n }, /number of keys: expected at most/],
  ['a key longer than the file', { keys: [Buffer.concat([u64(5000), Buffer.from('k')])] }, /key 0: expected a string of at most/],
  ['a value longer than the file', { keys: [Buffer.concat([text('k'), u32(8), u64(2n ** 40n)])] }, /key "k": expected a string of at most/],
  ['an unknown value type', { keys: [Buffer.concat([text('k'), u32(99)])] }, /unknown value type 99/],
  ['an array in an array', { keys: [Buffer.concat([text('k'), u32(9), u32(9), u64(1)])] }, /array of unknown type 9/],
  ['an array longer than the file', { keys: [Buffer.concat([text('k'), u32(9), u32(4), u64(2n ** 50n)])] }, /array of at most/],
  [
    'a key twice',
    { keys: [Buffer.concat([text('k'), u32(4), u32(1)]), Buffer.concat([text('k'), u32(4), u32(1)])] },
    /key "k" appears twice/,
  ],
  ['alignment 0', { keys: [Buffer.concat([text('general.alignment'), u32(4), u32(0)])] }, /general\.alignment: expected a power of two/],
  [
    'alignment 24',
    { keys: [Buffer.concat([text('general.alignment'), u32(4), u32(24)])] },
    /general\.alignment: expected a power of two.*got 24/,
  ],
  ['no tensors', { tensors: [] }, /no tensors/],
  ['a tensor twice', { tensors: [tensor('a', [4], 1, 0), tensor('a', [4], 1, 32)], data: Buffer.alloc(64) }, /tensor "a" appears twice/],
  ['no dimensions', { tensors: [tensor('a', [], 1, 0)] }, /1 to 5 dimensions, got 0/],
  ['a thousand dimensions', { tensors: [Buffer.concat([text('a'), u32(1000)])] }, /1 to 5 dimensions, got 1000/],
  ['a zero size', { tensors: [tensor('a', [0], 1, 0)] }, /expected positive sizes, got \[0\]/],
  ['a size over 2^53', { tensors: [tensor('a', [2n ** 60n], 1, 0)] }, /expected positive sizes/],
  ['a removed type', { tensors: [tensor('a', [4], 4, 0)] }, /type: expected a ggml type number, got 4/],
  ['an unknown type', { tensors: [tensor('a', [4], 999, 0)] }, /type: expected a ggml type number, got 999/],
  ['rows that no block fits', { tensors: [tensor('a', [33], 8, 0)] }, /Q8_0 needs rows of a multiple of 32 values, got 33/],
  ['an unaligned offset', { tensors: [tensor('a', [4], 1, 8)] }, /offset: expected a multiple of 32, got 8/],
  ['an offset outside the file', { tensors: [tensor('a', [4], 1, 3200)] }, /its data ends at byte/],
  ['an offset over 2^53', { tensors: [tensor('a', [4], 1, 2n ** 62n)] }, /outside the file/],
  [
    'overlapping tensors',
    { tensors: [tensor('a', [32], 1, 0), tensor('b', [4], 1, 32)], data: Buffer.alloc(64) },
    /tensors "a" and "b" share bytes/,
  ],
  ['a name of 128 bytes', { tensors: [tensor('n'.repeat(128), [4], 1, 0)] }, /at most 127 bytes, got 128/],
  [
    'an original shape of another size',
    { keys: [Buffer.concat([text('comfy.gguf.orig_shape.a'), u32(9), u32(5), u64(2), u32(3), u32(3)])] },
    /original shape \[3, 3\] has another number of values/,
  ],
];

suite('GGUF header', (test) => {
  let folder: Folder;
  test.before(async () => {
    folder = await Folder.make();
  });
  test.after(() => folder.remove());

  for (const [what, raw, message] of broken)
    test(`refuses ${what}`, async () => {
      await rejects(readModelHeader(await folder.write('broken.gguf', gguf(raw))), 'ERR_MODEL_FORMAT', message);
    });

  test('reads versions 2 and 3 and values of every type', async () => {
    const keys = [
      Buffer.concat([text('b'), u32(7), Buffer.from([1])]),
      Buffer.concat([text('i8'), u32(1), Buffer.from([0xff])]),
      Buffer.concat([text('u16'), u32(2), Buffer.from([1, 2])]),
      Buffer.concat([text('i16'), u32(3), Buffer.from([0xfe, 0xff])]),
      Buffer.concat([text('i32'), u32(5), u32(-7)]),
      Buffer.concat([text('f32'), u32(6), Buffer.from(new Float32Array([1.5]).buffer)]),
      Buffer.concat([text('u64'), u32(10), u64(2 ** 40)]),
      Buffer.concat([text('i64'), u32(11), u64(5)]),
      Buffer.concat([text('f64'), u32(12), Buffer.from(new Float64Array([0.1]).buffer)]),
      Buffer.concat([text('s'), u32(8), text('mini')]),
      Buffer.concat([text('list'), u32(9), u32(4), u64(2), u32(3), u32(4)]),
      Buffer.concat([text('words'), u32(9), u32(8), u64(40), ...Array.from({ length: 40 }, (_, index) => text(`w${index}`))]),
    ];
    for (const version of [2, 3]) {
      const header = await readModelHeader(await folder.write('good.gguf', gguf({ version, keys })));
      assert.equal(header.metadata, {
        b: true,
        i8: -1,
        u16: 513,
        i16: -2,
        i32: -7,
        f32: 1.5,
        u64: 2 ** 40,
        i64: 5,
        f64: 0.1,
        s: 'mini',
        list: '3, 4',
        words: '[40 values]',
      });
      assert.equal(header.tensors, [{ name: 'a', dtype: 'F16', shape: [4], bytes: 8, offset: header.dataOffset }]);
    }
  });

  test('a header over a megabyte is read to its end', async () => {
    const keys = [Buffer.concat([text('words'), u32(9), u32(8), u64(150_000), ...Array.from({ length: 150_000 }, () => text('token'))])];
    const header = await readModelHeader(await folder.write('big.gguf', gguf({ keys })));
    assert.is(header.metadata['words'], '[150000 values]');
    assert.is(header.tensors.length, 1);
  });

  test('what writeGguf writes is read back, shapes of flat kernels included', async () => {
    const tensors: GgufTensor[] = [
      { name: 'linear', dtype: 'Q8_0', shape: [2, 64], data: Buffer.alloc(136, 1) },
      { name: 'kernel', dtype: 'Q8_0', shape: [4, 32, 3, 3], data: Buffer.alloc(36 * 34, 2) },
      { name: 'index', dtype: 'I32', shape: [5], data: Buffer.alloc(20, 3) },
    ];
    const path = `${folder.path}/written.gguf`;
    await writeGguf(path, tensors, { 'general.name': 'test' });
    const header = await readModelHeader(path);
    assert.equal(
      header.tensors.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes })),
      tensors.map(({ name, dtype, shape, data }) => ({ name, dtype, shape, bytes: data.length })),
    );
    assert.is(header.metadata['general.name'], 'test');
    assert.ok(header.tensors.every(({ offset }) => offset % 32 === 0));
  });

  test('writeGguf refuses data that does not fit', () =>
    rejects(
      writeGguf(`${folder.path}/x.gguf`, [{ name: 'a', dtype: 'F16', shape: [3], data: Buffer.alloc(5) }], {}),
      'ERR_INVALID_ARGUMENT',
      /a: expected 6 bytes of F16 \[3\], got 5/,
    ));
});
