import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { equal, is, ok } from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import { ArtImage, decodeImage, imageFormats, readRecipe, withoutPackedTexts } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { chunk, compressed, fullRecipe, international, jpegHead, picture, png, random, rejects, text, tiffTexts } from './pictures.ts';

let folder = '';

/** 64 MB of zeros in 64 kB: four times the limit. */
const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 1 });
const deep = (open: string, close: string, depth = 200_000): string => open.repeat(depth) + close.repeat(depth);
const bigGraph = JSON.stringify(
  Object.fromEntries(
    Array.from({ length: 30_000 }, (_, id) => [
      id,
      {
        class_type: id % 2 ? 'KSampler' : 'SaveImage',
        inputs: { images: [String(id + 1), 0], latent_image: [String(id + 1), 0], positive: [String(id), 0], model: ['1', 0] },
      },
    ]),
  ),
);
const loop = JSON.stringify({
  a: { class_type: 'KSampler', inputs: { positive: ['b', 0], seed: ['c', 0], latent_image: ['a', 0], model: ['a', 0] } },
  b: { class_type: 'ConditioningCombine', inputs: { conditioning_1: ['b', 0], conditioning_2: ['b', 0] } },
  c: { class_type: 'Seed', inputs: { seed: ['c', 0] } },
});

/** What must come out of it: undefined, a source, or an error's code. */
const cases: [string, () => Uint8Array, string | undefined][] = [
  ['zTXt bomb', () => png(chunk('zTXt', Buffer.concat([Buffer.from('parameters\0\0'), bomb]))), undefined],
  ['iTXt bomb', () => png(chunk('iTXt', Buffer.concat([Buffer.from('parameters\0\x01\0\0\0'), bomb]))), undefined],
  [
    '20 bombs',
    () => png(...Array.from({ length: 20 }, (_, index) => chunk('zTXt', Buffer.concat([Buffer.from(`k${index}\0\0`), bomb])))),
    undefined,
  ],
  ['text above the limit', () => png(text('parameters', 'x'.repeat(17 * 1024 * 1024))), undefined],
  ['a chunk that claims 2 GB', () => png(chunk('tEXt', Buffer.from('parameters\0x'), { length: 0x7fffffff })), undefined],
  ['a chunk that claims 4 GB', () => png(chunk('tEXt', Buffer.from('parameters\0x'), { length: 0xffffffff })), undefined],
  [
    'wrong CRC: the chunk is dropped, the next one counts',
    () => png(chunk('tEXt', Buffer.from('parameters\0p\nSteps: 1, Seed: 2, Size: 3x4'), { badCrc: true }), text('prompt', loop)),
    'comfyui',
  ],
  ['300,000 empty chunks', () => png(Buffer.concat(Array.from({ length: 300_000 }, () => chunk('prIv', Buffer.alloc(0))))), undefined],
  ['iTXt without its separators', () => png(chunk('iTXt', Buffer.from('parameters\0\x01'))), undefined],
  ['zTXt with garbage', () => png(chunk('zTXt', Buffer.from('parameters\0\0garbage'))), undefined],
  ['keyword of no length', () => png(chunk('tEXt', Buffer.from('\0text'))), undefined],
  [
    'keyword __proto__',
    () => png(text('__proto__', 'x'), text('parameters', 'p\nSteps: 1, Seed: 2, Size: 3x4, __proto__: 5, constructor: 6')),
    'a1111',
  ],
  // A text without fields is a prompt alone.
  ['a line of 2 MB without a colon', () => png(text('parameters', `p\n${'a b '.repeat(500_000)}`)), 'a1111'],
  ['a line of 2 MB of open quotes', () => png(text('parameters', `p\n${'ab: "\\'.repeat(300_000)}`)), 'a1111'],
  ['a line of 2 MB of brackets that never close', () => png(text('parameters', `p\n${'ab: [{'.repeat(300_000)}`)), 'a1111'],
  [
    '200,000 lines that begin with a key',
    () => png(text('parameters', `p\nSteps: 1, Seed: 2, Size: 3x4${'\nKey: a'.repeat(200_000)}`)),
    'a1111',
  ],
  ['200,000 templates', () => png(text('parameters', `p\nSteps: 1, Seed: 2, Size: 3x4${'\nTemplate: a'.repeat(200_000)}`)), 'a1111'],
  [
    'a million arguments of a lora tag',
    () => png(text('parameters', `<lora:a${':1'.repeat(1_000_000)}>\nSteps: 1, Seed: 2, Size: 3x4`)),
    'a1111',
  ],
  [
    'Comfy: strings that join themselves twice, forty times over',
    () =>
      png(
        text(
          'prompt',
          JSON.stringify(
            Object.fromEntries([
              ...Array.from({ length: 40 }, (_, n) => [
                String(n),
                {
                  class_type: 'StringConcatenate',
                  inputs: { string_a: [String(n + 1), 0], string_b: [String(n + 1), 0], delimiter: 'x'.repeat(1000) },
                },
              ]),
              ['40', { class_type: 'PrimitiveString', inputs: { value: 'a' } }],
              ['50', { class_type: 'CLIPTextEncode', inputs: { text: ['0', 0] } }],
              ['51', { class_type: 'KSampler', inputs: { seed: 1, positive: ['50', 0] } }],
            ]),
          ),
        ),
      ),
    'comfyui',
  ],
  [
    'Comfy: subgraphs that hold themselves',
    () =>
      png(
        text(
          'workflow',
          JSON.stringify({
            nodes: [
              { id: 1, type: 'g' },
              { id: 2, type: 'KSampler', widgets_values: [5] },
            ],
            links: [],
            definitions: { subgraphs: [{ id: 'g', nodes: Array.from({ length: 50 }, (_, id) => ({ id, type: 'g' })), links: [] }] },
          }),
        ),
      ),
    'comfyui',
  ],
  [
    'PNG: a raw profile that is none',
    () => png(text('Raw profile type exif', '\nexif\n99\nzz'), text('Raw profile type iptc', '\niptc\n4\n1c02ffff')),
    undefined,
  ],
  [
    'JPEG: Photoshop resources that lie about their sizes',
    () => jpegHead(Buffer.concat([Buffer.from('Photoshop 3.0\0' + '8BIM\x04\x04\0\0\xff\xff\xff\xff\x1c\x02\x78\x7f\xff', 'latin1')])),
    undefined,
  ],
  ['a line of 2 MB of quotes that close wrongly', () => png(text('parameters', `p\n${'ab: "\\, '.repeat(300_000)}`)), 'a1111'],
  ['a million fields', () => png(text('parameters', `p\n${'ab: 1, '.repeat(1_000_000)}`)), 'a1111'],
  ['a million lora tags', () => png(text('parameters', `${'<lora:a:1'.repeat(300_000)}\nSteps: 1, Seed: 2, Size: 3x4`)), 'a1111'],
  ['JSON nested 200,000 deep', () => png(text('parameters', `{"a":${deep('[', ']')}}`)), undefined],
  [
    'our record nested 200,000 deep',
    () =>
      png(
        international(
          'ai-artist',
          `{"schema":"ai-artist.recipe/1","recipe":{"prompt":"x","extra":{"a":${deep('{"a":', '}').replace('}', '1}')}}}}`,
        ),
      ),
    undefined,
  ],
  [
    'our record with __proto__',
    () => png(international('ai-artist', '{"schema":"ai-artist.recipe/1","recipe":{"prompt":"x","__proto__":{"steps":1}}}')),
    'ai-artist',
  ],
  ['JSON that is cut off', () => png(text('prompt', loop.slice(0, -5)), text('invokeai_metadata', '{"positive_prompt":')), undefined],
  [
    'JSON of the wrong types',
    () =>
      png(
        text('invokeai_metadata', '{"positive_prompt":[],"seed":"x","steps":{},"model":7,"loras":[1,null,{"model":[]}],"cfg_scale":"NaN"}'),
      ),
    'invokeai',
  ],
  ['Comfy: a loop', () => png(text('prompt', loop)), 'comfyui'],
  ['Comfy: 30,000 linked nodes', () => png(text('prompt', bigGraph)), 'comfyui'],
  [
    'Comfy: nodes that are none',
    () =>
      png(text('prompt', '{"1":null,"2":[],"3":{"class_type":7},"4":{"class_type":"KSampler"},"5":{"class_type":"KSampler","inputs":[]}}')),
    undefined,
  ],
  // Its sampler has no value and no link that leads anywhere: it says nothing.
  [
    'Comfy: workflow with odd links',
    () =>
      png(
        text(
          'workflow',
          '{"nodes":[null,{"type":"KSampler","inputs":[null,{"name":"positive","link":1}]},{"id":2,"type":"constructor"}],"links":[null,[1],[1,{}]]}',
        ),
      ),
    undefined,
  ],
  [
    'EXIF: a directory that points to itself',
    () => jpegHead(Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08', 'latin1')),
    undefined,
  ],
  [
    'EXIF: counts and offsets beyond the end',
    () => jpegHead(Buffer.from('Exif\0\0II*\0\x08\0\0\0\xff\xff\x86\x92\x07\0\xff\xff\xff\xff\xff\xff\xff\xff', 'latin1')),
    undefined,
  ],
  ['EXIF of six bytes', () => jpegHead(Buffer.from('Exif\0\0')), undefined],
  [
    'EXIF: comment of an odd number of bytes',
    () => jpegHead(Buffer.concat([Buffer.from('Exif\0\0'), tiffTexts([[0x9286, 7, Buffer.from('UNICODE\0abc')]])])),
    undefined,
  ],
  [
    'XMP: entities are not expanded',
    () =>
      png(
        international(
          'XML:com.adobe.xmp',
          '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><exif:UserComment>&a;&c;&#x110000;</exif:UserComment>',
        ),
      ),
    undefined,
  ],
  ['XMP: a million open tags', () => png(international('XML:com.adobe.xmp', '<exif:UserComment '.repeat(500_000))), undefined],
  [
    'extended XMP with holes',
    () =>
      jpegHead(
        ...[0, 900_000].map((offset) =>
          Buffer.concat([
            Buffer.from('http://ns.adobe.com/xmp/extension/\0'),
            Buffer.alloc(32, 65),
            Buffer.from([0x7f, 255, 255, 255]),
            Buffer.from(new Uint32Array([offset]).buffer).swap32(),
            Buffer.from('<x/>'),
          ]),
        ),
      ),
    undefined,
  ],
  ['JPEG: segment of length 0', () => Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, 1, 2, 3]), undefined],
  ['JPEG: only fill bytes', () => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(300_000, 0xff)]), undefined],
  ['WebP: chunk of 4 GB', () => Buffer.from('RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\xff', 'latin1'), undefined],
  [
    'WebP: 300,000 empty chunks',
    () => Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP'), Buffer.alloc(8 * 300_000, Buffer.from('ABCD\0\0\0\0'))]),
    undefined,
  ],
  ['a PNG signature and nothing else', () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), undefined],
  ['an AVIF signature and nothing else', () => Buffer.from('\0\0\0\x20ftypavif\0\0\0\0', 'latin1'), undefined],
  ['nothing', () => Buffer.alloc(0), 'ERR_IMAGE_DECODE'],
  ['random bytes', () => Buffer.from('7f454c46020101', 'hex'), 'ERR_IMAGE_DECODE'],
  ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'ERR_IMAGE_DECODE'],
  ['a GGUF model', () => Buffer.from('GGUF\x03\0\0\0'), 'ERR_IMAGE_DECODE'],
];

async function outcome(bytes: Uint8Array | string): Promise<string | undefined> {
  try {
    return (await readRecipe(bytes))?.source;
  } catch (error) {
    ok(error instanceof ArtistError, `expected an ArtistError, got ${error instanceof Error ? error.stack : String(error)}`);
    return error.code;
  }
}

suite('hostile files', { timeoutMs: 30_000 }, (test) => {
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-hostile-'));
  });
  test.after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, make, expected] of cases) {
    test(`readRecipe: ${name}`, async () => {
      const bytes = make();
      const started = performance.now();
      is(await outcome(bytes), expected);
      const took = performance.now() - started;
      // A tenth of this is usual; quadratic work on these sizes takes minutes.
      ok(took < 5000, `took ${took.toFixed(0)} ms`);
      const path = join(folder, 'case');
      await writeFile(path, bytes);
      is(await outcome(path), expected);
    });
  }

  for (const [name, path, code, message] of [
    [
      'a missing file',
      '/no/such/file.png',
      'ERR_READ',
      /^\/no\/such\/file\.png: expected a picture file, got nothing there\. Check the path$/,
    ],
    ['a folder', tmpdir(), 'ERR_READ', /expected a picture file, got a directory$/],
    ['a path with NUL', 'a\0b', 'ERR_READ', /^a\\0b: expected a picture file/],
    ['no path', '', 'ERR_INVALID_ARGUMENT', /expected/],
    ['no input', undefined, 'ERR_INVALID_ARGUMENT', /, got undefined$/],
    ['a number', 7, 'ERR_INVALID_ARGUMENT', /, got 7$/],
  ] as const) {
    test(`${name} is ${code} for readRecipe and decodeImage`, async () => {
      await rejects(() => readRecipe(path as string), code, message);
      await rejects(() => decodeImage(path as string), code, message);
    });
  }

  test('a file cut at any place, and with any byte changed, gives a recipe, none, or an ArtistError', async () => {
    const next = random(5);
    for (const format of imageFormats) {
      const whole = await new ArtImage(picture(16, 16), fullRecipe).toBuffer(format);
      for (let round = 0; round < 150; round++) {
        const bytes = Buffer.from(round % 2 ? whole.subarray(0, Math.floor(next() * whole.length)) : whole);
        if (round % 2 === 0)
          for (let flips = 0; flips < 1 + round / 20; flips++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        await outcome(bytes);
        try {
          const { data, width, height, channels } = await decodeImage(bytes);
          is(data.length, width * height * channels);
        } catch (error) {
          ok(error instanceof ArtistError && error.code === 'ERR_IMAGE_DECODE', String(error));
        }
      }
    }
  });
  test('a picture cut behind its recipe still tells it', async () => {
    const whole = await new ArtImage(picture(64, 64), fullRecipe).toBuffer('png');
    equal((await readRecipe(whole.subarray(0, whole.length - 2000)))?.recipe, fullRecipe);
  });
  test('hostile keys change no prototype', () => {
    is(({} as { steps?: number }).steps, undefined);
    is(Object.keys(Object.prototype).length, 0);
  });
  test('text that was compressed is read up to 16 MiB', async () => {
    const found = await readRecipe(png(compressed('parameters', `${'x'.repeat(15 * 1024 * 1024)}\nSteps: 1, Seed: 2, Size: 3x4`)));
    is(found?.recipe.prompt?.length, 15 * 1024 * 1024);
  });

  test('texts that the decoder would inflate do not reach it; pixels and other chunks stay', async () => {
    const whole = await new ArtImage(picture(64, 64)).toBuffer('png');
    const packed = (type: 'zTXt' | 'iTXt') =>
      chunk(type, Buffer.concat([Buffer.from(type === 'zTXt' ? 'Comment\0\0' : 'Comment\0\x01\0\0\0'), bomb]));
    const plain = international('Title', 'a fox');
    const from = 8 + 25; // behind IHDR
    const bombs = Buffer.concat(Array.from({ length: 20 }, (_, index) => packed(index % 2 ? 'zTXt' : 'iTXt')));
    const file = Buffer.concat([whole.subarray(0, from), plain, bombs, whole.subarray(from)]);
    equal(withoutPackedTexts(file), Buffer.concat([whole.subarray(0, from), plain, whole.subarray(from)]));
    is(withoutPackedTexts(whole), whole);
    const head = whole.subarray(0, from);
    equal(withoutPackedTexts(file.subarray(0, from + plain.length + 100)), Buffer.concat([head, plain]));
    const before = process.resourceUsage().maxRSS;
    equal((await decodeImage(file)).data, (await decodeImage(whole)).data);
    ok(process.resourceUsage().maxRSS - before < 200 * 1024);
  });
});
