import * as assert from 'uvu/assert';
import { loadModel, type Model } from '../../lib/engine/index.ts';
import { mergeLoras, resizeLora, writeLora } from '../../lib/lora/index.ts';
import { suite } from '../harness.ts';
import { random } from '../image/pictures.ts';
import { PictureFolder } from './support.ts';

/** Compares LoRA files by the pictures that the engine paints with them. */
suite('train: merged and resized LoRAs paint the same picture', (test) => {
  let folder: PictureFolder;
  let model: Model;
  test.before(async () => {
    folder = await PictureFolder.make();
    model = await loadModel();
  });
  test.after(async () => {
    await model.dispose();
    await folder.remove();
  });

  const write = async (name: string, rank: number, alpha: number, seed: number): Promise<string> => {
    const next = random(seed);
    const values = (count: number) => Float32Array.from({ length: count }, () => (next() - 0.5) * 0.6);
    const tensors = ['attn1_to_q', 'attn2_to_v'].flatMap((layer) => {
      const key = `lora_unet_input_blocks_4_1_transformer_blocks_0_${layer}`;
      const inputs = layer === 'attn1_to_q' ? 128 : 192;
      return [
        { name: `${key}.lora_down.weight`, shape: [rank, inputs], data: values(rank * inputs) },
        { name: `${key}.lora_up.weight`, shape: [128, rank], data: values(128 * rank) },
        { name: `${key}.alpha`, shape: [], data: Float32Array.of(alpha) },
      ];
    });
    return (await writeLora(folder.at(`${name}.safetensors`), tensors, { name, family: 'sdxs-512', rank, alpha }, {}, { type: 'F32' }))
      .path;
  };
  const paint = async (...loras: { path: string; weight?: number }[]): Promise<Uint8Array> => {
    const { images, warnings } = await model.generate({ prompt: 'a fox', steps: 4, seed: 7, loras });
    assert.equal(warnings, []);
    return images[0]?.data as Uint8Array;
  };
  const difference = (a: Uint8Array, b: Uint8Array): number =>
    a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;

  test('the sum of two LoRAs, exact and by SVD to its full rank', async () => {
    const [a, b] = [await write('a', 4, 8, 1), await write('b', 6, 3, 2)];
    const inputs = [
      { path: a, weight: 0.8 },
      { path: b, weight: -0.6 },
    ];
    const both = await paint(...inputs);
    const sum = await mergeLoras(inputs, { out: folder.at('exact.safetensors') });
    const exact = await paint({ path: sum.path });
    const { path } = await resizeLora(sum.path, { out: folder.at('svd.safetensors'), energy: 0.999999 });
    const bare = await paint();
    const effect = difference(both, bare);
    assert.ok(effect > 2, `the LoRAs change the picture by ${effect}`);
    for (const [what, picture] of [
      ['exact', exact],
      ['svd', await paint({ path })],
    ] as const)
      assert.ok(difference(picture, both) < effect / 50, `${what}: ${difference(picture, both)} of ${effect}`);
  });
});
