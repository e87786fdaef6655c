/** A text that did not change is not encoded again, and the pictures are those of a model that encodes every text. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as assert from 'uvu/assert';
import { type GenerateOptions, type LoadModelOptions, loadModel, type Model, onEngineLine } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { random } from '../image/pictures.ts';
import { safetensors, tiny } from './support.ts';

/** Of a picture: how many texts were encoded, how many were known, its pixels. */
interface Painted {
  encoded: number;
  known: number;
  pixels: Buffer;
}

async function paint(model: Model, options: Partial<GenerateOptions> = {}): Promise<Painted> {
  const lines: string[] = [];
  const end = onEngineLine('debug', ({ text }) => lines.push(text));
  try {
    const { images } = await model.generate({ ...tiny, negativePrompt: 'blurry', ...options });
    const count = (part: string): number => lines.filter((line) => line.includes(part)).length;
    return { encoded: count('encoding a text'), known: count('text was encoded before'), pixels: Buffer.from(images[0].data) };
  } finally {
    end();
  }
}

/** The same picture by a model that knows no text yet. */
async function fresh(options: Partial<GenerateOptions>, load: LoadModelOptions = {}): Promise<Buffer> {
  await using model = await loadModel(load);
  return (await paint(model, options)).pixels;
}

const factor = (shape: [number, number], seed: number): { shape: number[]; values: Float32Array } => {
  const next = random(seed);
  return { shape, values: Float32Array.from({ length: shape[0] * shape[1] }, () => next() - 0.5) };
};

function lora(name: string, size: number): Buffer {
  return safetensors({
    [`${name}.lora_down.weight`]: factor([4, size], 1),
    [`${name}.lora_up.weight`]: factor([size, 4], 2),
  });
}

suite('encodings', { timeoutMs: 300_000 }, (test) => {
  let folder: string;
  let ofText: string;
  let ofNetwork: string;
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ai-artist-test-'));
    [ofText, ofNetwork] = [join(folder, 'text.safetensors'), join(folder, 'network.safetensors')];
    await writeFile(ofText, lora('lora_te_text_model_encoder_layers_0_self_attn_v_proj', 192));
    await writeFile(ofNetwork, lora('lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q', 128));
  });
  test.after(() => rm(folder, { recursive: true, force: true }));

  for (const isolate of [false, true])
    test(`each text once${isolate ? ', in a process of its own' : ''}`, async () => {
      await using model = await loadModel({ isolate });
      const first = await paint(model);
      assert.equal([first.encoded, first.known], [2, 0]);
      const again = await paint(model);
      assert.equal([again.encoded, again.known], [0, 2]);
      assert.ok(again.pixels.equals(first.pixels));
      // Another seed, another prompt, another negative prompt: the text that stayed is known.
      const seed = await paint(model, { seed: 8 });
      assert.equal([seed.encoded, seed.known], [0, 2]);
      assert.not.ok(seed.pixels.equals(first.pixels));
      const prompt = { prompt: 'flat vector art of an owl' };
      const other = await paint(model, prompt);
      assert.equal([other.encoded, other.known], [1, 1]);
      assert.ok(other.pixels.equals(await fresh(prompt)));
      const negative = await paint(model, { negativePrompt: 'grey' });
      assert.equal([negative.encoded, negative.known], [1, 1]);
      assert.equal((await paint(model)).encoded, 0);
    });

  test('weights in the text, clip skip and size belong to it', async () => {
    await using model = await loadModel();
    const plain = await paint(model);
    for (const options of [{ prompt: 'flat vector art of a (fox:1.4)' }, { clipSkip: 2 }, { width: 128 }]) {
      const changed = await paint(model, options);
      assert.ok(changed.encoded > 0, JSON.stringify(options));
      assert.not.ok(changed.pixels.equals(plain.pixels));
      assert.ok(changed.pixels.equals(await fresh(options)), JSON.stringify(options));
    }
    assert.ok((await paint(model)).pixels.equals(plain.pixels));
  });

  for (const loraApplyMode of ['immediately', 'at_runtime'] as const)
    test(`LoRAs that change between pictures, applied ${loraApplyMode}`, async () => {
      const load = { loraApplyMode };
      await using model = await loadModel(load);
      const bare = await paint(model);
      for (const path of [ofText, ofNetwork]) {
        const loras = [{ path, weight: 0.7 }];
        const changed = await paint(model, { loras });
        assert.is(changed.encoded, 2, path);
        assert.not.ok(changed.pixels.equals(bare.pixels), path);
        assert.ok(changed.pixels.equals(await fresh({ loras }, load)), path);
        const again = await paint(model, { loras });
        assert.ok(again.pixels.equals(changed.pixels), path);
        // At run time, a LoRA says what it changed only when it is computed.
        assert.is(again.encoded, loraApplyMode === 'at_runtime' && path === ofText ? 2 : 0, path);
        const weight = [{ path, weight: -0.3 }];
        const other = await paint(model, { loras: weight });
        assert.is(other.encoded, 2, path);
        assert.ok(other.pixels.equals(await fresh({ loras: weight }, load)), path);
      }
      const without = await paint(model);
      assert.is(without.encoded, 2);
      assert.ok(without.pixels.equals(await fresh({}, load)));
    });

  test('a LoRA of the text encoder reports what it changed with each picture', async () => {
    for (const loraApplyMode of ['immediately', 'at_runtime'] as const) {
      await using model = await loadModel({ loraApplyMode });
      for (let picture = 0; picture < 2; picture++) {
        const { loras } = await model.generate({ ...tiny, loras: [ofText] });
        assert.equal([loras[0]?.applied, loras[0]?.total], [1, 1], `${loraApplyMode}, picture ${picture}`);
      }
    }
  });

  test('a picture that was cancelled while it was encoded leaves nothing behind', async () => {
    const options = { prompt: 'flat vector art of a whale' };
    await using model = await loadModel();
    const controller = new AbortController();
    const stop = ({ type }: { type: string }): void => {
      if (type === 'encode') controller.abort();
    };
    await paint(model, { ...options, signal: controller.signal, onProgress: stop }).catch(() => undefined);
    assert.ok((await paint(model, options)).pixels.equals(await fresh(options)));
  });

  test('in a worker thread', async () => {
    const program = `
      const { parentPort } = require('node:worker_threads');
      (async () => {
        const { loadModel, onEngineLine } = await import(${JSON.stringify(new URL('../../dist/esm/index.js', import.meta.url).href)});
        const model = await loadModel();
        const counts = [];
        for (let picture = 0; picture < 2; picture++) {
          let encoded = 0;
          const end = onEngineLine('debug', ({ text }) => { encoded += text.includes('encoding a text') ? 1 : 0; });
          await model.generate({ ...${JSON.stringify(tiny)}, negativePrompt: 'blurry' });
          end();
          counts.push(encoded);
        }
        await model.dispose();
        parentPort.postMessage(counts);
      })();`;
    const worker = new Worker(program, { eval: true });
    const counts = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    assert.equal(counts, [2, 0]);
  });
});
