import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type GenerateOptions, loadModel, loadUpscaler, type Model } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, badFiles, failure, safetensors, tiny, withFolder } from './support.ts';

const fileCodes = ['ERR_MODEL_NOT_FOUND', 'ERR_MODEL_FORMAT', 'ERR_READ'];

/** A LoRA of rank 4 for one layer of the bundled model. */
const lora = safetensors({
  'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_down.weight': { shape: [4, 128] },
  'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_up.weight': { shape: [128, 4] },
});

suite('bad files', (test) => {
  let model: Model;
  let files: Model['info']['files'];
  let upscaler = '';
  test.before(async () => {
    model = await loadModel();
    files = model.info.files;
    const loaded = await loadUpscaler();
    upscaler = loaded.file;
    await loaded.dispose();
  });
  // After each bad input the model must still paint.
  test.after(async () => {
    assert.is((await model.generate(tiny)).images.length, 1);
    await model.dispose();
  });

  const main = (): string => files['model'] ?? files['diffusionModel'] ?? '';

  test("as model, VAE, tiny autoencoder, ControlNet and embedding: an error code and the file's name", async () => {
    await withFolder(async (folder) => {
      for (const { what, path } of await badFiles(folder, main())) {
        const calls: Record<string, () => Promise<unknown>> = {
          model: () => loadModel(path),
          diffusionModel: () => loadModel({ diffusionModel: path }),
          vae: () => loadModel({ model: main(), vae: path }),
          tae: () => loadModel({ model: main(), tae: path }),
          controlNet: () => loadModel({ model: main(), controlNet: path }),
          clipL: () => loadModel({ diffusionModel: main(), clipL: path }),
          embeddings: () => loadModel({ model: main(), embeddings: { word: path } }),
        };
        for (const [role, call] of Object.entries(calls)) {
          const error = (await failure(call())) as Error & { code?: string };
          assert.ok(fileCodes.includes(error.code ?? ''), `${role}, ${what}: ${String(error)}`);
          assert.ok(error.message.includes(path), `${role}, ${what}: ${error.message}`);
        }
      }
    });
  });

  test("as LoRA: an error code and the file's name", async () => {
    await withFolder(async (folder) => {
      for (const { what, path } of await badFiles(folder, main())) {
        const error = (await failure(model.generate({ ...tiny, loras: [path] }))) as Error & { code?: string };
        assert.ok([...fileCodes, 'ERR_LORA'].includes(error.code ?? ''), `${what}: ${String(error)}`);
        assert.ok(error.message.includes(path), `${what}: ${error.message}`);
      }
    });
  });

  test('of the wrong kind: the error says what the file is and where it belongs', async () => {
    await withFolder(async (folder) => {
      const loraPath = join(folder, 'style.safetensors');
      await writeFile(loraPath, lora);
      await artistFailure(loadModel(loraPath), 'ERR_MODEL_FORMAT', /got a LoRA: .*style\.safetensors\. Pass it to generate\(\)/);
      await artistFailure(loadModel(upscaler), 'ERR_MODEL_FORMAT', /got an ESRGAN upscaler: .* Pass it to upscale\(\)/);
      await artistFailure(loadModel({ model: main(), vae: main() }), 'ERR_MODEL_FORMAT', /^vae: expected a VAE, got an? /);
      if (files['tae']) {
        await artistFailure(loadModel(files['tae']), 'ERR_MODEL_FORMAT', /tiny autoencoder: .* Pass it as tae/);
        await artistFailure(
          loadModel({ model: main(), vae: files['tae'] }),
          'ERR_MODEL_FORMAT',
          /^vae: expected a VAE, got a tiny autoencoder/,
        );
      }
      await artistFailure(
        loadModel({ model: main(), controlNet: loraPath }),
        'ERR_MODEL_FORMAT',
        /^controlNet: expected a ControlNet, got a LoRA/,
      );
      await artistFailure(model.generate({ ...tiny, loras: [upscaler] }), 'ERR_LORA', /is not a LoRA/);
      await artistFailure(model.generate({ ...tiny, loras: [main()] }), 'ERR_LORA', /is not a LoRA/);
    });
  });

  test('a model with tensors of no known family is refused', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'unknown.safetensors');
      await writeFile(path, safetensors({ 'some.weight': { shape: [8, 8] } }));
      const error = (await failure(loadModel(path))) as { code?: string; details?: string[] };
      assert.ok(['ERR_MODEL_FORMAT', 'ERR_MODEL_LOAD'].includes(error.code ?? ''), String(error));
    });
  });

  test('a LoRA that lacks one of its two matrices is malformed', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'half.safetensors');
      await writeFile(
        path,
        safetensors({ 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_down.weight': { shape: [4, 128] } }),
      );
      await artistFailure(model.generate({ ...tiny, loras: [path] }), 'ERR_LORA');
    });
  });

  test('a LoRA of rank 1 paints', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'thin.safetensors');
      const target = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q';
      await writeFile(
        path,
        safetensors({
          [`${target}.lora_down.weight`]: { shape: [1, 128], values: new Float32Array(128).fill(0.1) },
          [`${target}.lora_up.weight`]: { shape: [128, 1], values: new Float32Array(128).fill(0.1) },
        }),
      );
      assert.equal((await model.generate({ ...tiny, width: 128, height: 128, loras: [path] })).warnings, []);
    });
  });

  test('pictures: missing, directory, empty, random, truncated, wrong length, wrong kind', async () => {
    await withFolder(async (folder) => {
      const png = join(folder, 'good.png');
      const { images } = await model.generate(tiny);
      await images[0]?.save(png);
      const bytes = (await images[0]?.toBuffer()) ?? Buffer.alloc(0);
      const cases: [what: string, image: unknown, codes: string[]][] = [
        ['missing', join(folder, 'missing.png'), ['ERR_READ']],
        ['directory', folder, ['ERR_READ']],
        ['empty', new Uint8Array(), ['ERR_IMAGE_DECODE']],
        ['random', new Uint8Array(1000).map((_, index) => (index * 37) % 256), ['ERR_IMAGE_DECODE']],
        ['truncated', bytes.subarray(0, bytes.length / 2), ['ERR_IMAGE_DECODE']],
        ['a model', main(), ['ERR_IMAGE_DECODE']],
        ['a byte short', { width: 64, height: 64, channels: 3, data: new Uint8Array(64 * 64 * 3 - 1) }, ['ERR_INVALID_ARGUMENT']],
        ['five channels', { width: 1, height: 1, channels: 5, data: new Uint8Array(5) }, ['ERR_INVALID_ARGUMENT']],
        ['shared memory', { width: 1, height: 1, channels: 1, data: new Uint8Array(new SharedArrayBuffer(1)) }, ['ERR_INVALID_ARGUMENT']],
        ['an empty object', {}, ['ERR_INVALID_ARGUMENT']],
        ['an empty path', '', ['ERR_INVALID_ARGUMENT']],
      ];
      const places: ((image: never) => GenerateOptions)[] = [
        (image) => ({ ...tiny, initImage: image }),
        (image) => ({ ...tiny, initImage: png, maskImage: image }),
        (image) => ({ ...tiny, referenceImages: [image] }),
      ];
      for (const [what, image, codes] of cases) {
        for (const place of places) {
          const error = (await failure(model.generate(place(image as never)))) as { code?: string };
          assert.ok(codes.includes(error.code ?? ''), `${what}: ${String(error)}`);
        }
      }
    });
  });

  test('photoMaker and control pictures need a model loaded with their networks', async () => {
    const dot = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };
    await artistFailure(model.generate({ ...tiny, photoMaker: { images: [dot] } }), 'ERR_UNSUPPORTED', /photoMaker/);
    await artistFailure(model.generate({ ...tiny, controlImage: dot }), 'ERR_UNSUPPORTED', /controlNet/);
  });

  test('a hires model that is not an upscaler is refused', async () => {
    await artistFailure(
      model.generate({ ...tiny, hires: { upscaler: 'Model', model: main() } }),
      'ERR_MODEL_FORMAT',
      /^hires\.model: expected an ESRGAN upscaler, got/,
    );
    await artistFailure(model.generate({ ...tiny, hires: { upscaler: 'Model', model: 'no/such.pth' } }), 'ERR_MODEL_NOT_FOUND');
  });

  test('a reference picture needs a model that edits, and at least one block of pixels', async () => {
    const picture = { width: 40, height: 30, channels: 3, data: new Uint8Array(3600).fill(90) };
    assert.is((await model.generate({ ...tiny, referenceImages: [picture] })).images.length, 1);
    const line = { width: 900, height: 1, channels: 3, data: new Uint8Array(2700) };
    await artistFailure(model.generate({ ...tiny, referenceImages: [line] }), 'ERR_INVALID_ARGUMENT', /^referenceImages\.0: .* got 900x1$/);
    await artistFailure(
      model.generate({ ...tiny, referenceImages: [picture], autoResizeReferenceImages: false }),
      'ERR_INVALID_ARGUMENT',
      /at least 64x64 pixels, got 40x30/,
    );
  });
});
