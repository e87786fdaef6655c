import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { equal, is, match } from 'uvu/assert';
import { ArtImage, readRecipe } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { graphs, workflows } from './foreign-graphs.ts';
import { noRecipes, programSamples } from './foreign-programs.ts';
import { a1111Recipe, infotext, samples, sdcppJson, sdcppText } from './foreign-samples.ts';
import { fullRecipe, international, picture, png, text } from './pictures.ts';

suite('readRecipe', (test) => {
  for (const [name, bytes, source, recipe] of [...samples, ...programSamples]) {
    test(name, async () => {
      const found = await readRecipe(bytes);
      is(found?.source, source);
      equal(found?.recipe, recipe);
    });
  }
  for (const [name, bytes] of noRecipes) test(`no recipe: ${name}`, async () => is(await readRecipe(bytes), undefined));
  for (const [name, graph, recipe] of graphs) {
    test(`ComfyUI: ${name}`, async () => equal((await readRecipe(png(text('prompt', JSON.stringify(graph)))))?.recipe, recipe));
  }
  for (const [name, workflow, recipe] of workflows) {
    test(`ComfyUI, workflow alone: ${name}`, async () =>
      equal((await readRecipe(png(text('workflow', JSON.stringify(workflow)))))?.recipe, recipe));
  }
  for (const compressed of [true, false]) {
    test(`NovelAI's copy in the alpha channel, ${compressed ? 'compressed' : 'plain'}, where the chunks are lost`, async () => {
      const comment = { prompt: 'fox ears', steps: 28, scale: 5, seed: 123456, sampler: 'k_euler', uc: 'lowres', width: 64, height: 96 };
      const hidden = Buffer.from(JSON.stringify({ Software: 'NovelAI', Source: 'NovelAI Diffusion V3', Comment: JSON.stringify(comment) }));
      const payload = compressed ? gzipSync(hidden) : hidden;
      const bits = Buffer.alloc(4);
      bits.writeUInt32BE(payload.length * 8);
      const bytes = Buffer.concat([Buffer.from(compressed ? 'stealth_pngcomp' : 'stealth_pnginfo'), bits, payload]);
      const [width, height] = [64, 96];
      const pixels = picture(width, height, 4).data;
      for (let place = 0; place < width * height; place++) {
        const bit = ((bytes[place >> 3] ?? 0) >> (7 - (place % 8))) & 1;
        pixels[((place % height) * width + Math.floor(place / height)) * 4 + 3] = 254 | bit;
      }
      const file = await sharp(pixels, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer();
      const found = await readRecipe(file);
      is(found?.source, 'novelai');
      equal(found?.recipe, {
        prompt: 'fox ears',
        negativePrompt: 'lowres',
        seed: 123456,
        steps: 28,
        sampler: 'euler',
        cfgScale: 5,
        width: 64,
        height: 96,
        model: { name: 'NovelAI Diffusion V3' },
        software: 'NovelAI',
      });
      pixels[3] = (pixels[3] ?? 0) ^ 1;
      const damaged = await sharp(pixels, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer();
      is(await readRecipe(damaged), undefined);
    });
  }
  test('stable-diffusion.cpp with a high-resolution pass', async () => {
    const hires = { enabled: true, upscaler: 'Latent', scale: 2, steps: 6, denoising_strength: 0.7 };
    const record = JSON.stringify({ ...sdcppJson, hires, sampling: { ...sdcppJson.sampling, custom_sigmas: [14.5, 1, 0] } });
    const found = await readRecipe(png(text('parameters', `${sdcppText.slice(0, sdcppText.indexOf('SDCPP'))}SDCPP: ${record}`)));
    equal(found?.recipe.hires, { upscaler: 'Latent', scale: 2, steps: 6, denoisingStrength: 0.7 });
    equal(found?.recipe.sigmas, [14.5, 1, 0]);
  });
  test('raw holds the texts as they stand', async () => {
    const found = await readRecipe(png(text('parameters', infotext), text('Software', 'x')));
    equal(found?.raw, { parameters: infotext, Software: 'x' });
  });
  test('the text of a real jpeg and webp of sharp is found beside its other metadata', async () => {
    const pipeline = sharp(picture(8, 8).data, { raw: { width: 8, height: 8, channels: 3 } }).withExif({
      IFD0: { ImageDescription: infotext },
    });
    for (const format of ['jpeg', 'webp', 'avif'] as const)
      equal((await readRecipe(await pipeline.clone().toFormat(format).toBuffer()))?.recipe, a1111Recipe, format);
  });
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    test(`a plain ${format} has no recipe`, async () =>
      is(
        await readRecipe(
          await sharp(picture(8, 8).data, { raw: { width: 8, height: 8, channels: 3 } })
            .toFormat(format)
            .toBuffer(),
        ),
        undefined,
      ));
  }
  test('our record goes before the infotext beside it; a record that is not ours does not count', async () => {
    const own = JSON.stringify({ schema: 'ai-artist.recipe/1', recipe: { prompt: 'ours' } });
    equal((await readRecipe(png(text('parameters', infotext), international('ai-artist', own))))?.recipe, { prompt: 'ours' });
    for (const broken of [
      '{',
      '{"schema":"ai-artist.recipe/2","recipe":{"prompt":"x"}}',
      '{"schema":"ai-artist.recipe/1","recipe":{"prompt":1}}',
      '{"schema":"ai-artist.recipe/1","recipe":[]}',
    ]) {
      is((await readRecipe(png(text('parameters', infotext), international('ai-artist', broken))))?.source, 'a1111', broken);
    }
  });
  test('a field that a newer version added is kept in extra', async () => {
    const newer = JSON.stringify({ schema: 'ai-artist.recipe/1', recipe: { prompt: 'x', futureField: [1], extra: { a: 'b' } } });
    equal((await readRecipe(png(international('ai-artist', newer))))?.recipe, { prompt: 'x', extra: { a: 'b', futureField: [1] } });
  });
  test('metadata of ours survives a re-encode by sharp with keepXmp', async () => {
    const bytes = await sharp(await new ArtImage(picture(16, 16), fullRecipe).toBuffer('webp'))
      .resize(8)
      .keepXmp()
      .jpeg()
      .toBuffer();
    equal((await readRecipe(bytes))?.recipe, fullRecipe);
    match(String((await sharp(bytes).metadata()).xmp), 'trainedAlgorithmicMedia');
  });
});
