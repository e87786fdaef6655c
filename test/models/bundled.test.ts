import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { bundledModel, hashTensors, identify, readModelHeader, verifyBundledModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';

suite('bundled model', (test) => {
  test('every file has the size and hash of the manifest', async () => {
    const { manifest } = bundledModel();
    assert.equal(await verifyBundledModel(), { files: 7, bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0) });
  });
  test('models/ holds the listed files and their documents; the files are at most 35 MB in all', async () => {
    const { folder, manifest } = bundledModel();
    const names = await readdir(folder);
    assert.equal(names.sort(), [...manifest.files.map((file) => file.name), 'MODEL.md', 'NOTICE.md', 'manifest.json'].sort());
    let total = 0;
    for (const { name } of manifest.files) total += (await stat(join(folder, name))).size;
    assert.ok(total <= 35e6, `models/ takes ${total} bytes`);
  });
  test('tensor hashes are those of the manifest', async () => {
    const { folder, manifest } = bundledModel();
    for (const file of manifest.files.filter((entry) => entry.tensorHash !== undefined))
      assert.is(await hashTensors(await readModelHeader(join(folder, file.name))), file.tensorHash, file.name);
  });
  test('each file is what its role says', async () => {
    const { model, tae, clip, upscaler } = bundledModel();
    const kinds = await Promise.all([model, tae, clip, upscaler].map(async (path) => identify(await readModelHeader(path))));
    assert.equal(kinds, [
      { kind: 'checkpoint', family: 'sdxs-512' },
      { kind: 'tae', family: undefined },
      { kind: 'clip', family: undefined },
      { kind: 'upscaler', family: undefined },
    ]);
  });
  test('the kernels of the upscaler are Q8_0, but for the first and the last', async () => {
    const { tensors } = await readModelHeader(bundledModel().upscaler);
    const kernels = tensors.filter(({ shape }) => shape.length === 4);
    const kept = kernels.filter(({ dtype }) => dtype === 'F16').map(({ name }) => name);
    assert.equal(kept.sort(), ['conv_first.weight', 'conv_last.weight']);
    assert.is(kernels.filter(({ dtype }) => dtype === 'Q8_0').length, kernels.length - 2);
  });
  test('the UNet is Q8_0, at both ends F16, with its true kernel shapes, the token table is packed', async () => {
    const { tensors } = await readModelHeader(bundledModel().model);
    const find = (name: string) => tensors.find((tensor) => tensor.name === name);
    const kernel = find('model.diffusion_model.input_blocks.7.0.in_layers.2.weight');
    assert.equal([kernel?.dtype, kernel?.shape], ['Q8_0', [256, 128, 3, 3]]);
    const outer = find('model.diffusion_model.input_blocks.4.0.in_layers.2.weight');
    assert.equal([outer?.dtype, outer?.shape], ['F16', [128, 64, 3, 3]]);
    const text = 'cond_stage_model.transformer.text_model.embeddings';
    assert.equal([find(`${text}.token_index.weight`)?.dtype, find(`${text}.token_index.weight`)?.shape], ['I32', [49408]]);
    const [rows = 0, width] = find(`${text}.token_embedding.weight`)?.shape ?? [];
    assert.ok(rows > 3000 && rows < 5000, `${rows} rows`);
    assert.is(width, 192);
    assert.is(find('model.diffusion_model.out.2.weight')?.dtype, 'F16');
  });
});
