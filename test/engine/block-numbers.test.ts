/**
 * The largest block number in the tensor names sets how many blocks are built. Every family refuses small files with huge numbers at once.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { loadClip } from '../../lib/doors/clip.ts';
import { loadModel, loadUpscaler } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { failure, safetensors, withFolder } from './support.ts';

const root = 'model.diffusion_model.';
const cap = `${root}cap_embedder.0.weight`;
const ltx = `${root}adaln_single.emb.timestep_embedder.linear_1.bias`;

/** Tensors that identify a family, and names of its blocks. */
const families: Record<string, { known: string[]; blocks: string[] }> = {
  flux: {
    known: [`${root}double_blocks.0.img_attn.norm.key_norm.scale`, `${root}img_in.weight`],
    blocks: [`${root}double_blocks.N.img_attn.norm.key_norm.scale`, `${root}single_blocks.N.norm.key_norm.scale`],
  },
  flux2: { known: [`${root}double_stream_modulation_img.lin.weight`], blocks: [`${root}double_blocks.N.img_attn.qkv.weight`] },
  chroma: {
    known: [`${root}double_blocks.0.img_attn.qkv.weight`, `${root}distilled_guidance_layer.in_proj.weight`],
    blocks: [`${root}single_blocks.N.linear1.weight`],
  },
  sd3: { known: [`${root}joint_blocks.0.x_block.attn.qkv.weight`], blocks: [`${root}joint_blocks.N.x_block.attn.qkv.weight`] },
  'qwen-image': { known: [`${root}transformer_blocks.0.img_mod.1.weight`], blocks: [`${root}transformer_blocks.N.img_mod.1.weight`] },
  'z-image': {
    known: [cap],
    blocks: ['layers', 'noise_refiner', 'context_refiner'].map((list) => `${root}${list}.N.attention.qkv.weight`),
  },
  'ernie-image': { known: [`${root}layers.0.adaLN_sa_ln.weight`], blocks: [`${root}layers.N.adaLN_sa_ln.weight`] },
  ltx: { known: [ltx], blocks: [`${root}transformer_blocks.N.attn1.to_q.weight`] },
  wan: {
    known: [`${root}blocks.0.cross_attn.norm_k.weight`],
    blocks: [`${root}blocks.N.cross_attn.norm_k.weight`, `${root}vace_blocks.N.cross_attn.norm_k.weight`],
  },
  anima: { known: [`${root}net.llm_adapter.blocks.0.cross_attn.q_proj.weight`], blocks: [`${root}net.blocks.N.self_attn.q_proj.weight`] },
};

async function refusedAtOnce(load: (signal: AbortSignal) => Promise<unknown>, what: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const error = (await failure(load(signal))) as Error & { code?: string };
  assert.ok(!signal.aborted, `${what}: took longer than a minute`);
  assert.ok(['ERR_MODEL_LOAD', 'ERR_MODEL_FORMAT', 'ERR_UNSUPPORTED'].includes(error.code ?? ''), `${what}: ${String(error)}`);
}

suite('block numbers', { timeoutMs: 300_000 }, (test) => {
  for (const [family, { known, blocks }] of Object.entries(families)) {
    test(`${family}: a file that claims more blocks than it has tensors is refused`, async () => {
      await withFolder(async (folder) => {
        for (const block of blocks) {
          for (const number of ['2000', '99999999999999999999']) {
            const file = join(folder, 'model.safetensors');
            const names = [...known, block.replace('N', number)];
            await writeFile(file, safetensors(Object.fromEntries(names.map((name) => [name, { shape: [64, 64] }]))));
            await refusedAtOnce((signal) => loadModel({ diffusionModel: file, signal }), block.replace('N', number));
          }
        }
      });
    });
  }

  test('a text encoder of a language model', async () => {
    await withFolder(async (folder) => {
      const model = join(folder, 'model.safetensors');
      const llm = join(folder, 'llm.safetensors');
      await writeFile(model, safetensors({ [cap]: { shape: [64, 64] }, [`${root}layers.0.attention.qkv.weight`]: { shape: [64, 64] } }));
      await writeFile(llm, safetensors({ 'model.layers.2000000000.self_attn.q_proj.weight': { shape: [64, 64] } }));
      await refusedAtOnce((signal) => loadModel({ diffusionModel: model, llm, signal }), 'llm');
    });
  });

  test('an upscaler, as safetensors and as GGUF', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'upscaler.safetensors');
      const names = ['conv_first.weight', 'conv_up1.weight', 'conv_up2.weight', 'body.2000000000.rdb1.conv1.weight'];
      await writeFile(file, safetensors(Object.fromEntries(names.map((name) => [name, { shape: [64, 3, 3, 3] }]))));
      await refusedAtOnce((signal) => loadUpscaler({ model: file, signal }), 'safetensors');

      const bundled = await loadUpscaler();
      const gguf = await readFile(bundled.file);
      await bundled.dispose();
      const name = Buffer.from('body.5.rdb1.conv1.bias');
      assert.ok(gguf.includes(name), 'the bundled upscaler has the tensor that is renamed');
      gguf.write('body.2000000000.rdb1.c', gguf.indexOf(name), 'latin1');
      const renamed = join(folder, 'upscaler.gguf');
      await writeFile(renamed, gguf);
      await refusedAtOnce((signal) => loadUpscaler({ model: renamed, signal }), 'GGUF');
    });
  });

  test('the towers of a CLIP model', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'clip.safetensors');
      const names = ['text_model', 'vision_model'].map((tower) => `${tower}.encoder.layers.2000000000.mlp.fc1.weight`);
      await writeFile(file, safetensors(Object.fromEntries(names.map((name) => [name, { shape: [64, 64] }]))));
      await refusedAtOnce((signal) => loadClip({ model: file, signal }), 'clip');
    });
  });
});
