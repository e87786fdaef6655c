import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { changedRecipe, openRecipe } from '../../lib/doors/artist.ts';
import { readRecipe } from '../../lib/doors/image.ts';
import { suite } from '../harness.ts';
import { cli, cliSeries, jsonOf, scratch } from './support.ts';

interface Painted {
  images: { path: string; seed: number; width: number; recipe: { prompt: string; steps: number; cfgScale?: number; upscaler?: unknown } }[];
  warnings: string[];
}

const home = path.join(scratch, 'recipe-home');
const at = (name: string): string => path.join(scratch, name);
const painted = (result: unknown): Painted => jsonOf(result as never) as unknown as Painted;
const small = ['--steps', '1', '--width', '64', '--height', '64', '--home', home];

suite('bin generate --recipe', { timeoutMs: 300_000 }, (test) => {
  const work = { id: '', sidecar: '' };
  test.before(async () => {
    const [first, second] = await cliSeries([
      ['generate', 'an owl', '--seed', '7', '--cfg', '2', '--out', at('owl.png'), ...small],
      ['create', 'a fox', '--seed', '3', '--upscale', ...small, '--json'],
    ]);
    assert.is(first?.code, 0, first?.stderr);
    assert.is(second?.code, 0, second?.stderr);
    Object.assign(work, jsonOf(second as never));
  });

  test('a picture, its JSON and standard input give the same pixels again; options beside it change it', async () => {
    writeFileSync(at('owl.json'), JSON.stringify({ recipe: (await readRecipe(at('owl.png')))?.recipe }));
    const [again, json, more] = await cliSeries([
      ['generate', '--recipe', at('owl.png'), '--out', at('again.png'), '--home', home, '--json'],
      ['generate', '--recipe', at('owl.json'), '--out', at('json.png'), '--home', home, '--json'],
      ['generate', 'a hare', '--recipe', at('owl.png'), '--steps', '2', '--out', at('more.png'), '--home', home, '--json'],
    ]);
    const piped = await cli(['generate', '--recipe', '-', '--out', at('piped.png'), '--home', home], {
      input: JSON.stringify((await readRecipe(at('owl.png')))?.recipe),
    });
    assert.equal([again?.code, json?.code, more?.code, piped.code], [0, 0, 0, 0], `${again?.stderr}${json?.stderr}${piped.stderr}`);
    for (const name of ['again.png', 'json.png', 'piped.png']) assert.equal(readFileSync(at(name)), readFileSync(at('owl.png')), name);
    for (const run of [again, json]) assert.not.match(painted(run).warnings.join('\n'), /recipe:/);
    const [image] = painted(more).images;
    assert.equal([image?.recipe.prompt, image?.recipe.steps, image?.recipe.cfgScale, image?.seed], ['a hare', 2, 2, 7]);
  });

  test('a work is enlarged as it was, unless --no-enlarge', async () => {
    const [large, plain] = await cliSeries([
      ['generate', '--recipe', work.id, '--out', at('large.png'), '--home', home, '--json'],
      ['generate', '--recipe', 'latest', '--no-enlarge', '--out', at('plain.png'), '--home', home, '--json'],
    ]);
    assert.is(large?.code, 0, large?.stderr);
    assert.is(plain?.code, 0, plain?.stderr);
    assert.equal([painted(large).images[0]?.width, painted(plain).images[0]?.width], [256, 64]);
    assert.equal((await readRecipe(at('large.png')))?.recipe, await openRecipe(work.sidecar));
  });

  test('the text of another program: what is unknown here is said, the rest is used', async () => {
    writeFileSync(
      at('a1111.txt'),
      'a mole <lora:gone:0.5>\nNegative prompt: blue\nSteps: 1, Sampler: Foo Bar, CFG scale: 3, Seed: 5, Size: 64x64, Odd setting: 4',
    );
    writeFileSync(at('plain.txt'), 'a mole\nSteps: 1, Sampler: Foo Bar, CFG scale: 3, Seed: 5, Size: 64x64, Odd setting: 4');
    const [lora, plain] = await cliSeries([
      ['generate', '--recipe', at('a1111.txt'), '--out', at('x.png'), '--home', home, '--json'],
      ['generate', '--recipe', at('plain.txt'), '--out', at('x.png'), '--home', home, '--json'],
    ]);
    assert.match(jsonOf(lora as never).error?.message ?? '', /gone.*in <home>\/loras, got no such file/);
    assert.is(plain?.code, 0, plain?.stderr);
    assert.match(painted(plain).warnings.join('\n'), /recipe: its sampler Foo Bar is not known here/);
    assert.match(painted(plain).warnings.join('\n'), /does not know, and does not use: .*Odd setting/i);
    assert.is(painted(plain).images[0]?.seed, 5);
  });

  test('a recipe that cannot be painted is an error that names what is missing', async () => {
    writeFileSync(at('nothing.json'), '{"a": 1}');
    writeFileSync(at('wrong.json'), '{"prompt": "an owl", "steps": "many"}');
    writeFileSync(at('model.json'), '{"prompt": "an owl", "model": {"name": "dream.safetensors"}}');
    writeFileSync(at('init.json'), '{"prompt": "an owl", "mode": "img2img"}');
    const results = await cliSeries([
      ['generate', '--recipe', at('none.png'), '--home', home],
      ['generate', '--recipe', 'ZZZZ', '--home', home],
      ['generate', '--recipe', at('nothing.json'), '--home', home],
      ['generate', '--recipe', at('wrong.json'), '--home', home],
      ['generate', '--recipe', at('model.json'), '--home', home],
      ['generate', '--recipe', at('init.json'), '--home', home],
      ['generate', 'an owl', '--no-enlarge', '--home', home],
    ]);
    const expected = [
      /none\.png/,
      /ZZZZ/,
      /nothing\.json: expected a recipe with fields such as prompt/,
      /wrong\.json: expected a valid recipe, got one whose steps is wrong/,
      /--model: expected the path of dream\.safetensors/,
      /--init-image: expected the picture of a recipe of mode img2img/,
      /--enlarge|--no-enlarge/,
    ];
    for (const [index, message] of expected.entries()) {
      assert.match(results[index]?.stderr ?? '', message);
      assert.is.not(results[index]?.code, 0);
    }
  });

  test('changedRecipe() merges groups of settings and drops what a change replaces', async () => {
    const recipe = { prompt: 'an owl', steps: 4, hires: { upscaler: 'Latent', steps: 8, scale: 2 } } as never;
    const { options } = await changedRecipe(recipe, { options: { hires: { steps: 3 } } }, { home });
    assert.equal(options.hires, { upscaler: 'Latent', steps: 3, scale: 2 } as never);
    const noisy = await changedRecipe({ prompt: 'an owl', steps: 4 }, { options: { sigmas: [10, 1, 0] } }, { home });
    assert.is(noisy.options.steps, undefined);
  });
});
