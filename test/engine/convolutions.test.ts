/** Which convolutions a model has is decided once, recorded in the recipe, and the same when a recipe is painted again, also an older one. */
import * as assert from 'uvu/assert';
import { comparePixels, optionsOfRecipe } from '../../lib/artist/index.ts';
import { loadModel, type Recipe } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { tiny } from './support.ts';

interface Painted {
  direct: boolean;
  recipe: Recipe;
  picture: { data: Uint8Array; width: number; height: number; channels: number };
}

async function paint(options: Parameters<typeof loadModel>[1]): Promise<Painted> {
  await using model = await loadModel(options);
  const { images, recipe } = await model.generate({ ...tiny, steps: 3 });
  const [{ data, width, height, channels }] = images;
  return { direct: model.info.diffusionConvDirect, recipe, picture: { data: new Uint8Array(data), width, height, channels } };
}

const difference = (a: Painted, b: Painted) => comparePixels(a.picture, b.picture) ?? { exact: false, psnr: 0 };
/** What a recipe means for the loading of its model. */
const meant = (recipe: Partial<Recipe>): unknown => (optionsOfRecipe(recipe).load as Record<string, unknown>)['diffusionConvDirect'];

suite('convolutions of the diffusion network', { timeoutMs: 120_000 }, (test) => {
  let [usual, direct, old]: Painted[] = [];
  test.before(async () => {
    usual = await paint({});
    direct = await paint({ diffusionConvDirect: true });
    old = await paint({ diffusionConvDirect: false });
  });

  test('as asked, by default those that this CPU has kernels for', () => {
    assert.equal([direct?.direct, old?.direct], [true, false]);
    assert.is(difference(usual as Painted, (usual?.direct ? direct : old) as Painted).exact, true);
  });

  test('both paint the same picture, up to rounding', () => {
    const { exact, psnr } = difference(direct as Painted, old as Painted);
    assert.not.ok(exact, 'the option changed nothing');
    assert.ok((psnr ?? 0) > 40, `${psnr} dB`);
  });

  test('a recipe records the direct ones, which are painted again, bit for bit', async () => {
    const { recipe } = direct as Painted;
    assert.is(recipe.extra?.['diffusionConvDirect'], true);
    assert.is(usual?.recipe.extra?.['diffusionConvDirect'], usual?.direct ? true : undefined);
    assert.is(meant(recipe), true);
    const again = await paint(optionsOfRecipe(recipe).load);
    assert.is(difference(again, direct as Painted).exact, true);
  });

  test('a recipe of an earlier version means the others, and is painted again, bit for bit', async () => {
    const { extra: _, ...recipe } = (old as Painted).recipe;
    assert.is(meant(recipe), false);
    const again = await paint(optionsOfRecipe(recipe).load);
    assert.is(difference(again, old as Painted).exact, true);
  });

  test('a recipe of another program means the default', () => {
    for (const software of [undefined, 'v1.10.1', 'ComfyUI'])
      assert.is(meant({ prompt: 'a fox', ...(software && { software }) }), undefined);
  });
});
