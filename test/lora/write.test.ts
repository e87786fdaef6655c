import { readFile, stat } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { dataSheetText } from '../../lib/lora/data-sheet.ts';
import { checkLora, readLora, writeLora } from '../../lib/lora/index.ts';
import { tagFrequency } from '../../lib/lora/metadata.ts';
import { decodeFloats, encodeFloats } from '../../lib/models/formats/float-tensors.ts';
import { type FloatTensor, inspectModel, readFloatTensors, readModelHeader } from '../../lib/models/index.ts';
import { loadDataSet, makeDataSheet } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import { random, rejects } from '../image/pictures.ts';
import { PictureFolder } from '../train/support.ts';

const key = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k';

function tensors(rank = 4, alpha = 2): FloatTensor[] {
  const next = random(3);
  const values = (count: number) => Float32Array.from({ length: count }, () => next() - 0.5);
  return [
    { name: `${key}.lora_up.weight`, shape: [128, rank], data: values(128 * rank) },
    { name: `${key}.lora_down.weight`, shape: [rank, 192], data: values(rank * 192) },
    { name: `${key}.alpha`, shape: [], data: Float32Array.of(alpha) },
  ];
}

const facts = { name: 'streamline', family: 'sd1-tiny-unet', rank: 4, alpha: 2 };

suite('train: LoRA files', (test) => {
  let folder: PictureFolder;
  test.before.each(async () => {
    folder = await PictureFolder.make();
  });
  test.after.each(() => folder.remove());

  for (const type of ['F32', 'F16', 'BF16'] as const)
    test(`${type}: our own readers read it back, and the stored hash is that of the tensors`, async () => {
      const path = folder.at('style.safetensors');
      const written = await writeLora(
        path,
        tensors(),
        { ...facts, trigger: 'kawaii', seed: 7, learningRate: 1e-4, flip: true },
        {},
        { type },
      );
      assert.is(written.bytes, (await stat(path)).size);
      const info = await readLora(path);
      assert.equal([info.kind, info.ranks, info.alphas, info.triggers, info.title], ['lora', [4], [2], ['kawaii'], 'streamline']);
      assert.is(info.trainedFor, 'stable-diffusion-v1/lora');
      const { tensorHash } = await inspectModel(path, { hash: true });
      assert.is(tensorHash, written.tensorHash);
      const { metadata } = info;
      assert.is(metadata['sshs_model_hash'], tensorHash);
      assert.is(metadata['modelspec.hash_sha256'], `0x${tensorHash}`);
      const expected = { ss_base_model_version: 'sd_v1', ss_network_module: 'networks.lora', ss_network_dim: '4', ss_network_alpha: '2' };
      for (const [name, value] of Object.entries({ ...expected, ss_v2: 'False', ss_network_args: '{}', ss_seed: '7', ss_flip_aug: 'True' }))
        assert.is(metadata[name], value, name);
      assert.not.ok('ss_epoch' in metadata);
      const read = new Map((await readFloatTensors(path)).map((tensor) => [tensor.name, tensor]));
      for (const { name, shape, data } of tensors()) {
        assert.equal(read.get(name)?.shape, shape);
        assert.equal(read.get(name)?.data, decodeFloats(encodeFloats(data, type), type));
      }
      if (type === 'F32') assert.equal(read.get(`${key}.lora_up.weight`)?.data, tensors()[0]?.data);
    });

  test('fits the bundled model; the same content gives the same bytes', async () => {
    const { bundledModel } = await import('../../lib/models/index.ts');
    const path = folder.at('a.safetensors');
    await writeLora(path, tensors(), facts);
    const fit = await checkLora(path, await readModelHeader(bundledModel().model), { values: true });
    assert.equal([fit.applicable, fit.total], [1, 1]);
    await writeLora(folder.at('b.safetensors'), [...tensors()].reverse(), facts);
    assert.equal(await readFile(folder.at('b.safetensors')), await readFile(path));
  });

  test('an existing file stays unless it may be replaced; nothing is left behind', async () => {
    const path = await folder.write('style.safetensors', 'mine');
    const before = await folder.contents();
    await rejects(() => writeLora(path, tensors(), facts), 'ERR_ALREADY_EXISTS', /got an existing one/);
    await rejects(() => writeLora(folder.at('style.bin'), tensors(), facts), 'ERR_INVALID_ARGUMENT', /ending in \.safetensors/);
    await rejects(() => writeLora(folder.at('x.safetensors'), [], facts), 'ERR_LORA', /expected trained tensors, got none/);
    const broken = tensors();
    (broken[0] as FloatTensor).data[5] = Number.NaN;
    await rejects(
      () => writeLora(folder.at('x.safetensors'), broken, facts),
      'ERR_LORA',
      /lora_up\.weight: expected finite numbers, got NaN: training diverged/,
    );
    (broken[0] as FloatTensor).data[5] = 70_000;
    await rejects(
      () => writeLora(folder.at('x.safetensors'), broken, facts),
      'ERR_LORA',
      /numbers that F16 can hold, got 70000\. Write it as F32/,
    );
    assert.equal(await folder.contents(), before);
    await writeLora(path, broken, facts, {}, { overwrite: true, type: 'F32' });
    assert.is((await readLora(path)).kind, 'lora');
  });

  test('bfloat16 rounds to nearest even and keeps NaN and infinity', () => {
    const values = Float32Array.of(1, 1.00390625, 1.01171875, -0, Number.NaN, Number.POSITIVE_INFINITY, 3.3e38);
    const back = decodeFloats(encodeFloats(values, 'BF16'), 'BF16') as Float32Array;
    assert.equal([...back.subarray(0, 3)], [1, 1, 1.015625]);
    assert.ok(Object.is(back[3], -0) && Number.isNaN(back[4]));
    assert.is(back[5], Number.POSITIVE_INFINITY);
  });

  test('the data sheet is inside and beside the file, and contains the required attributions', async () => {
    await folder.picture('pictures/a.png');
    await folder.write(
      'pictures/a.json',
      '{"licence":"CC-BY-4.0","author":"Ada","title":"Fox","source":"Museum","url":"https://example.org"}',
    );
    await folder.write('pictures/a.txt', 'fox, snow');
    await folder.picture('pictures/b.png', { seed: 2 });
    await folder.write('pictures/b.txt', 'fox');
    const set = await loadDataSet({ folder: folder.at('pictures'), licence: 'own' });
    const sheet = makeDataSheet(set);
    assert.equal(sheet.attribution, ['"Fox" by Ada, Museum, CC-BY-4.0, https://example.org']);
    assert.equal(
      sheet.licences.map(({ id, pictures, stated }) => [id, pictures, stated]),
      [
        ['CC-BY-4.0', 1, { sidecar: 1 }],
        ['own', 1, { declared: 1 }],
      ],
    );
    const tags = tagFrequency(set.pictures, 'sks');
    assert.equal(tags, { pictures: { fox: 2, sks: 2, snow: 1 } });
    const path = folder.at('out/style.safetensors');
    const written = await writeLora(path, tensors(), facts, { sheet, tags, buckets: [{ bucket: { width: 64, height: 64 }, pictures: 2 }] });
    const { licence, metadata } = await readLora(path);
    assert.is(licence, 'CC-BY-4.0');
    assert.equal(JSON.parse(String(metadata['ai_artist.data_sheet'])), JSON.parse(dataSheetText(sheet)));
    assert.equal(JSON.parse(String(metadata['ss_bucket_info'])), { buckets: { 0: { resolution: [64, 64], count: 2 } } });
    const beside = JSON.parse(await readFile(String(written.dataSheet), 'utf8')) as { lora: string; files: { sha256: string }[] };
    assert.is(beside.lora, written.tensorHash);
    assert.equal(
      beside.files.map(({ sha256 }) => sha256),
      set.pictures.map(({ hash }) => hash),
    );
  });

  test('a large data sheet is shortened inside the file: first the files, then attributions and sources; never the licences', async () => {
    const licence = (index: number) => ({
      id: 'CC-BY-4.0',
      origin: 'sidecar' as const,
      author: `Author number ${index}`,
      source: `Source ${index}`,
    });
    const pictures = Array.from({ length: 3000 }, (_, id) => ({
      id,
      role: 'train' as const,
      file: `${id}.png`,
      name: `${id}.png`,
      hash: id.toString(16).padStart(64, '0'),
      width: 64,
      height: 64,
      caption: '',
      captionFrom: 'none' as const,
      repeats: 1,
      concept: '',
      licence: licence(id),
    }));
    const sheet = makeDataSheet({ pictures, licence: { id: 'CC-BY-4.0', obligations: ['attribution'], note: '' } });
    for (const [limit, shortened, names] of [
      [1e6, undefined, 3000],
      [400_000, 'files', 3000],
      [64 * 1024, 'files, attribution (3000 in all), sources (3000 in all)', 750],
    ] as const) {
      const text = dataSheetText(sheet, limit);
      const parsed = JSON.parse(text) as { shortened?: string; attribution: string[]; licences: unknown[]; picturesHash: string };
      assert.ok(Buffer.byteLength(text) <= limit);
      assert.is(parsed.shortened, shortened);
      assert.is(parsed.attribution.length, names);
      assert.equal([parsed.licences.length, parsed.picturesHash], [1, sheet.picturesHash]);
    }
  });
});
