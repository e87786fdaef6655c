/** Painting over HTTP with the bundled model: the pixels of the library with the same recipe. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { homeOf } from '../../../lib/core/index.ts';
import { type GenerateOptions, loadModel, type Model, upscale } from '../../../lib/engine/index.ts';
import { ArtImage, readRecipe } from '../../../lib/image/index.ts';
import { styleLora, tiny } from '../../engine/support.ts';
import { suite } from '../../harness.ts';
import { type Serving, serving } from '../serving.ts';
import { bytesOf, imprint, infoOf, type PaintAnswer, pixels, SdapiClient, same } from './client.ts';

type Pixels = Awaited<ReturnType<typeof pixels>>;

const { prompt = '' } = tiny;
const quick = { prompt, width: 64, height: 64, steps: 1, seed: 7, save_images: false };

/** A picture of 64 x 64 whose right half is another colour. */
const twoColours = (left: string, right: string): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: left } })
    .composite([{ input: { create: { width: 32, height: 64, channels: 3, background: right } }, left: 32, top: 0 }])
    .png()
    .toBuffer();

const base64 = (file: Uint8Array): string => Buffer.from(file).toString('base64');
const dataUrl = (file: Uint8Array): string => `data:image/png;base64,${base64(file)}`;

/** The RGB of a rectangle of a picture. */
const part = ({ data, width, height }: Pixels, left: number, top: number, w: number, h: number): Promise<string> =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left, top, width: w, height: h })
    .raw()
    .toBuffer()
    .then((cut) => imprint({ data: cut, width: w, height: h }));

let server: Serving;
let client: SdapiClient;
let model: Model;
let init: Buffer;
/** White on the right. */
let mask: Buffer;

async function generated(options: GenerateOptions): Promise<Pixels> {
  const { images } = await model.generate({ ...tiny, ...options });
  return { data: Buffer.from(images[0].data), width: images[0].width, height: images[0].height };
}

/** Number of pictures in the gallery. */
const filed = (): number => {
  try {
    return readdirSync(homeOf(server.home).gallery, { recursive: true }).filter((name) => String(name).endsWith('.png')).length;
  } catch {
    return 0; // nothing was filed yet
  }
};

suite('sdapi: pictures', (test) => {
  test.before(async () => {
    server = await serving();
    client = new SdapiClient(server);
    const { loras } = homeOf(server.home);
    mkdirSync(loras, { recursive: true });
    writeFileSync(path.join(loras, 'ink.safetensors'), styleLora(40));
    model = await loadModel({ home: server.home });
    init = await twoColours('#c04020', '#2040c0');
    mask = await twoColours('#000', '#fff');
  });
  test.after(async () => {
    await model?.dispose();
    await server?.close();
  });

  test('txt2img: the pixels of generate(), bare base64, and info with every key that clients read', async () => {
    const before = filed();
    const answer = await client.call('/sdapi/v1/txt2img', quick);
    assert.equal(answer.parameters, quick);
    assert.is(answer.images.length, 1);
    const file = bytesOf(answer.images[0]);
    same(await pixels(file), await generated({}));
    const info = infoOf(answer);
    const { infotexts, version, job_timestamp, comments, ...rest } = info;
    assert.equal(rest, {
      prompt,
      all_prompts: [prompt],
      negative_prompt: '',
      all_negative_prompts: [''],
      seed: 7,
      all_seeds: [7],
      subseed: -1,
      all_subseeds: [-1],
      subseed_strength: 0,
      width: 64,
      height: 64,
      sampler_name: 'Euler',
      cfg_scale: 5,
      steps: 1,
      batch_size: 1,
      restore_faces: false,
      face_restoration_model: null,
      sd_model_name: 'ai-artist-mini',
      sd_model_hash: 'daf39a1a9d',
      sd_vae_name: 'mini-tae.safetensors',
      sd_vae_hash: 'f229e8513b',
      seed_resize_from_w: -1,
      seed_resize_from_h: -1,
      denoising_strength: 0,
      extra_generation_params: model.info.diffusionConvDirect ? { diffusionConvDirect: true } : {},
      index_of_first_image: 0,
      styles: [],
      clip_skip: 1,
      is_using_inpainting_conditioning: false,
    });
    assert.match(String(version), /^ai-artist \d/);
    assert.match(String(job_timestamp), /^20\d{12}$/);
    assert.is(comments.length, 1); // the size is not the model's
    assert.equal(infotexts, [(await readRecipe(file))?.raw['parameters']]);
    assert.match(
      infotexts[0] ?? '',
      /\nSteps: 1, Sampler: Euler, Schedule type: Uniform, CFG scale: 5, Seed: 7, Size: 64x64, Model hash: daf39a1a9d,/,
    );
    assert.is(filed(), before, 'save_images: false files nothing');
  });

  test('pictures are filed unless save_images is false, and send_images: false sends none', async () => {
    const before = filed();
    const { save_images: _, ...unsaid } = quick;
    const sent = await client.call('/sdapi/v1/txt2img', { ...unsaid, send_images: false });
    assert.equal([sent.images, infoOf(sent).infotexts.length, filed()], [[], 1, before + 1]);
  });

  test('batch_size x n_iter: never a grid, consecutive seeds, an infotext for each', async () => {
    const answer = await client.call('/sdapi/v1/txt2img', { ...quick, batch_size: 2, n_iter: 1 });
    const info = infoOf(answer);
    assert.equal([answer.images.length, info.index_of_first_image, info.all_seeds, info.infotexts.length], [2, 0, [7, 8], 2]);
    same(await pixels(bytesOf(answer.images[1])), await generated({ seed: 8 }));
  });

  test('a LoRA in the prompt', async () => {
    const tagged = `${prompt} <lora:ink:0.8>`;
    const answer = await client.call('/sdapi/v1/txt2img', { ...quick, prompt: tagged });
    const painted = await pixels(bytesOf(answer.images[0]));
    same(painted, await generated({ prompt: tagged }));
    assert.is.not(imprint(painted), imprint(await generated({})));
    assert.match(infoOf(answer).infotexts[0] ?? '', /<lora:ink:0\.8>/);
    const missing = infoOf(await client.call('/sdapi/v1/txt2img', { ...quick, prompt: `${prompt} <lora:other:1>` }));
    assert.ok(
      missing.comments.some((line) => line.includes('<lora:other>')),
      JSON.stringify(missing.comments),
    );
    assert.not.ok(JSON.stringify(missing).includes(server.home), 'no path of the machine');
    assert.equal(await client.read('/sdapi/v1/loras'), [{ name: 'ink', alias: 'ink', path: 'ink.safetensors', metadata: {} }]);
  });

  test('hires fix', async () => {
    const hires = { enable_hr: true, hr_scale: 2, hr_upscaler: 'Latent', hr_second_pass_steps: 1, denoising_strength: 0.5 };
    const answer = await client.call('/sdapi/v1/txt2img', { ...quick, ...hires });
    const painted = await pixels(bytesOf(answer.images[0]));
    same(painted, await generated({ hires: { upscaler: 'Latent', scale: 2, steps: 1, denoisingStrength: 0.5 } }));
    assert.equal([painted.width, painted.height], [128, 128]);
  });

  test('override_settings count for one request, or for the client', async () => {
    const clipSkip = { CLIP_stop_at_last_layers: 2, sd_vae: 'Automatic', forge_additional_modules: [] };
    const once = await client.call('/sdapi/v1/txt2img', { ...quick, override_settings: clipSkip });
    same(await pixels(bytesOf(once.images[0])), await generated({ clipSkip: 2 }));
    assert.is(infoOf(once).clip_skip, 2);
    const shown = async () => (await client.read<{ CLIP_stop_at_last_layers: number }>('/sdapi/v1/options')).CLIP_stop_at_last_layers;
    assert.is(await shown(), 1);
    await client.call('/sdapi/v1/txt2img', { ...quick, override_settings: clipSkip, override_settings_restore_afterwards: false });
    assert.is(await shown(), 2);
    assert.is(infoOf(await client.call('/sdapi/v1/txt2img', quick)).clip_skip, 2);
    await client.call('/sdapi/v1/options', { CLIP_stop_at_last_layers: 1 });
    assert.is(await shown(), 1);
  });

  test('img2img: the pixels of generate(), with a data URL and with bare base64', async () => {
    const body = { ...quick, steps: 2, denoising_strength: 0.6 };
    const expected = await generated({ steps: 2, initImage: init, denoisingStrength: 0.6 });
    for (const picture of [dataUrl(init), base64(init)]) {
      const answer = await client.call('/sdapi/v1/img2img', { ...body, init_images: [picture] });
      same(await pixels(bytesOf(answer.images[0])), expected);
      assert.equal([answer.parameters['init_images'], answer.parameters['mask']], [null, null]);
      assert.is(infoOf(answer).denoising_strength, 0.6);
    }
    const echoed = await client.call('/sdapi/v1/img2img', { ...body, init_images: [base64(init)], include_init_images: true });
    assert.equal(echoed.parameters['init_images'], [base64(init)]);
  });

  for (const [mode, expected] of [
    [0, 'stretched'],
    [1, 'cropped'],
    [2, 'with borders'],
  ] as const)
    test(`img2img: resize_mode ${mode}, ${expected}`, async () => {
      const wide = await sharp(init).resize(128, 64, { fit: 'fill' }).png().toBuffer();
      const answer = await client.call('/sdapi/v1/img2img', {
        ...quick,
        init_images: [base64(wide)],
        resize_mode: mode,
        denoising_strength: 0,
      });
      const fitted = sharp(wide);
      if (mode === 0) fitted.resize(64, 64, { fit: 'fill', kernel: 'lanczos3' });
      if (mode === 1) fitted.resize(64, 64, { fit: 'cover', kernel: 'lanczos3' });
      if (mode === 2) fitted.resize(64, 32, { fit: 'fill', kernel: 'lanczos3' }).extend({ top: 16, bottom: 16, extendWith: 'copy' });
      const initImage = await sharp(await fitted.png().toBuffer())
        .png()
        .toBuffer();
      same(await pixels(bytesOf(answer.images[0])), await generated({ initImage, denoisingStrength: 0 }));
    });

  const inpainting = { ...quick, steps: 2, mask_blur: 0, inpainting_fill: 1, inpaint_full_res: false };

  test('a mask: generate() where it is white, the given picture unchanged where it is black', async () => {
    const answer = await client.call('/sdapi/v1/img2img', { ...inpainting, init_images: [dataUrl(init)], mask: dataUrl(mask) });
    const painted = await pixels(bytesOf(answer.images[0]));
    const expected = await generated({ steps: 2, initImage: init, maskImage: mask, denoisingStrength: 0.75 });
    assert.equal(await part(painted, 32, 0, 32, 64), await part(expected, 32, 0, 32, 64));
    assert.equal(await part(painted, 0, 0, 32, 64), await part(await pixels(init), 0, 0, 32, 64));
    assert.match(infoOf(answer).infotexts[0] ?? '', /Mask blur: 0, Masked content: original$/);
  });

  test('an inverted mask repaints the other half; transparent masks count by their alpha', async () => {
    const transparent = await sharp({ create: { width: 64, height: 64, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .composite([{ input: { create: { width: 32, height: 64, channels: 4, background: '#000' } }, left: 32, top: 0 }])
      .png()
      .toBuffer();
    const images = { ...inpainting, init_images: [dataUrl(init)] };
    const inverted = await client.call('/sdapi/v1/img2img', { ...images, mask: dataUrl(mask), inpainting_mask_invert: 1 });
    assert.equal(await part(await pixels(bytesOf(inverted.images[0])), 32, 0, 32, 64), await part(await pixels(init), 32, 0, 32, 64));
    const byMask = async (file: Buffer) =>
      pixels(bytesOf((await client.call('/sdapi/v1/img2img', { ...images, mask: dataUrl(file) })).images[0]));
    same(await byMask(transparent), await byMask(mask));
  });

  test('only masked: the part around the mask is painted at the full size, the rest stays exact', async () => {
    const large = await sharp(init).resize(256, 192, { kernel: 'nearest' }).png().toBuffer();
    const spot = await sharp({ create: { width: 256, height: 192, channels: 3, background: '#000' } })
      .composite([{ input: { create: { width: 40, height: 40, channels: 3, background: '#fff' } }, left: 100, top: 60 }])
      .png()
      .toBuffer();
    const before = filed();
    // The defaults of A1111 and of webuiapi: blurred by 4 pixels, only masked, filled.
    const body = { ...quick, save_images: true, init_images: [dataUrl(large)], mask: dataUrl(spot), inpaint_full_res_padding: 8 };
    const answer = await client.call('/sdapi/v1/img2img', body);
    const [painted, given] = [await pixels(bytesOf(answer.images[0])), await pixels(large)];
    assert.equal([painted.width, painted.height], [256, 192]);
    for (const [left, top, w, h] of [
      [0, 0, 80, 192],
      [160, 0, 96, 192],
      [0, 0, 256, 44],
      [0, 116, 256, 76],
    ] as const)
      assert.equal(await part(painted, left, top, w, h), await part(given, left, top, w, h));
    assert.not.equal(await part(painted, 110, 70, 20, 20), await part(given, 110, 70, 20, 20));
    assert.match(
      infoOf(answer).infotexts[0] ?? '',
      /Size: 256x192.*Mask blur: 4, Masked content: fill, Inpaint area: Only masked, Masked area padding: 8/,
    );
    assert.is(filed(), before + 1, 'what is answered is what is filed');
  });

  test('a mask without white paints the whole picture, and says so', async () => {
    const black = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    const answer = await client.call('/sdapi/v1/img2img', { ...quick, init_images: [base64(init)], mask: base64(black) });
    same(await pixels(bytesOf(answer.images[0])), await generated({ initImage: init, denoisingStrength: 0.75 }));
    assert.ok(infoOf(answer).comments.includes('the mask has no white: the whole picture was painted'));
  });

  test('extra-single-image: the pixels of upscale(), by factor and by size', async () => {
    const small = await sharp(init).resize(16, 16).png().toBuffer();
    const expected = await upscale(small);
    const network = { image: dataUrl(small), upscaler_1: 'R-ESRGAN 4x+ Anime6B' };
    interface Extra {
      image: string;
      html_info: string;
    }
    const four = await client.call<Extra>('/sdapi/v1/extra-single-image', { ...network, upscaling_resize: 4, gfpgan_visibility: 1 });
    same(await pixels(bytesOf(four.image)), expected);
    assert.match(four.html_info, /^<p>gfpgan_visibility has no effect/);
    const sized = { ...network, resize_mode: 1, upscaling_resize_w: 40, upscaling_resize_h: 24 };
    const cropped = await pixels(bytesOf((await client.call<Extra>('/sdapi/v1/extra-single-image', sized)).image));
    assert.equal([cropped.width, cropped.height], [40, 24]);
    const whole = await client.call<Extra>('/sdapi/v1/extra-single-image', { ...sized, upscaling_crop: false });
    assert.is((await pixels(bytesOf(whole.image))).height, 40);
    const none = await client.call<Extra>('/sdapi/v1/extra-single-image', { image: base64(small) });
    same(await pixels(bytesOf(none.image)), await pixels(small));
  });

  test('extra-batch-images: without a network, and mixed of two', async () => {
    const imageList = [
      { data: base64(init), name: 'a' },
      { data: dataUrl(mask), name: 'b' },
    ];
    const body = { imageList, upscaler_1: 'Nearest', upscaling_resize: 2 };
    const { images } = await client.call<{ images: string[] }>('/sdapi/v1/extra-batch-images', body);
    for (const [index, file] of [init, mask].entries()) {
      const nearest = await sharp(file).resize(128, 128, { kernel: 'nearest' }).png().toBuffer();
      same(await pixels(bytesOf(images[index])), await pixels(nearest));
    }
    const mixing = { ...body, imageList: imageList.slice(0, 1), upscaler_2: 'Lanczos', extras_upscaler_2_visibility: 1 };
    const mixed = await client.call<{ images: string[] }>('/sdapi/v1/extra-batch-images', mixing);
    const lanczos = await sharp(init).resize(128, 128, { fit: 'fill', kernel: 'lanczos3' }).png().toBuffer();
    same(await pixels(bytesOf(mixed.images[0])), await pixels(lanczos));
  });

  test('png-info reads back what txt2img wrote', async () => {
    const answer: PaintAnswer = await client.call('/sdapi/v1/txt2img', { ...quick, negative_prompt: 'snow, rain' });
    interface PngInfo {
      info: string;
      items: Record<string, string>;
      parameters: Record<string, string>;
    }
    for (const image of [answer.images[0], `data:image/png;base64,${answer.images[0]}`]) {
      const { info, items, parameters } = await client.call<PngInfo>('/sdapi/v1/png-info', { image });
      assert.is(info, infoOf(answer).infotexts[0]);
      assert.is(items['parameters'], info);
      const { Prompt, Seed, Steps, Sampler, 'Negative prompt': negative, 'Size-1': width, 'Size-2': height } = parameters;
      assert.equal([Prompt, Seed, Steps, Sampler, negative, width, height], [prompt, '7', '1', 'Euler', 'snow, rain', '64', '64']);
    }
    const bare = await client.call<PngInfo>('/sdapi/v1/png-info', {
      image: base64(await new ArtImage({ data: new Uint8Array(3), width: 1, height: 1, channels: 3 }).toBuffer('png')),
    });
    assert.equal(bare, { info: '', items: {}, parameters: {} });
  });
});
