#!/usr/bin/env node
// Makes models/ from the trained files (developers only):
//   npx tsx scripts/bundle-model.mjs <folder with mini.safetensors, mini-tae.safetensors, mini-clip.safetensors, …> [--out <folder>]
//     mini.gguf: UNet as Q8_0 and, where that shows, F16; text encoder F16; token table with its empty rows left out
//     realesrgan-x4plus-anime-6b.gguf: kernels as Q8_0 (the engine computes with F16 of them, as before)
//     the other files are copied.
// Checks itself: every value is read back from the written file and compared with the original.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dequantizeQ8, f8e4m3ToFloat, floatToHalf, halfToFloat, quantizeQ8 } from '../lib/models/formats/float-formats.ts';
import { writeGguf } from '../lib/models/formats/gguf-writer.ts';
import { readModelHeader } from '../lib/models/formats/header.ts';
import { hashTensors } from '../lib/models/formats/tensor-hash.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
const [seed] = positionals;
if (!seed) {
  console.error('usage: npx tsx scripts/bundle-model.mjs <folder with mini.safetensors, mini-tae.safetensors, …> [--out <folder>]');
  process.exit(2);
}
const out = values.out === undefined ? fileURLToPath(new URL('../models/', import.meta.url)) : resolve(values.out);
/** Size limit of all files together. */
const mostBytes = 40e6;
const tokenTable = 'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight';
const tokenIndex = 'cond_stage_model.transformer.text_model.embeddings.token_index.weight';

// The engine's own rule for what may be quantised (ModelLoader::tensor_should_be_converted), for a UNet. The first and the last convolution
// are small and affect every pixel, so they stay F16. So do the blocks near both ends of the UNet, and the weights with which the last
// blocks on the way up read skip connections: they have few values but a large effect. When each was rounded separately, they changed the
// picture up to a hundred times as much per value as the deep blocks. Measured with 24 prompts and an earlier painter, against PyTorch with
// unrounded weights: mean 51.4 dB instead of 48.4 with all in Q8_0, worst 44.2 instead of 34.3, for 1.3 MB.
const keptParts = /diffusion_model\.(?:input_blocks\.[134]\.|output_blocks\.(?:[567]\.|[34]\.\d\.(?:skip_connection|proj_in|proj_out)\.))/;
const keptNames = ['time_embed.', 'label_emb.', 'embedding', 'input_blocks.0.0.', 'diffusion_model.out.', 'conv_first.', 'conv_last.'];
function quantised(name, shape) {
  const count = shape.reduce((product, size) => product * size, 1);
  return (
    !name.startsWith('cond_stage_model.') &&
    shape.length >= 2 &&
    !keptNames.some((part) => name.includes(part)) &&
    !keptParts.test(name) &&
    (count / shape[0]) % 32 === 0
  );
}

const halves = (data) => new Float32Array(data.length / 2).map((_, index) => halfToFloat(data.readUInt16LE(index * 2)));

async function readSource(name) {
  const path = join(seed, name);
  const [{ tensors }, bytes] = [await readModelHeader(path), await readFile(path)];
  return tensors.map(({ name: tensor, dtype, shape, offset, bytes: length }) => ({
    name: tensor,
    dtype,
    shape,
    data: bytes.subarray(offset, offset + length),
  }));
}

function packTable(tensor) {
  const [rows, width] = tensor.shape;
  const { data } = tensor;
  const cellsOf = tensor.dtype === 'F8_E4M3' ? Float32Array.from(data, f8e4m3ToFloat) : halves(data);
  const kept = [];
  const index = Buffer.alloc(rows * 4);
  for (let row = 0; row < rows; row++) {
    const cells = cellsOf.subarray(row * width, (row + 1) * width);
    if (!cells.some((cell) => cell !== 0)) continue;
    kept.push(cells);
    index.writeInt32LE(kept.length, row * 4); // row 0 of the packed table stands for words without a row
  }
  const packed = Buffer.alloc((kept.length + 1) * width * 2);
  kept.forEach((cells, row) => {
    cells.forEach((cell, column) => {
      if (halfToFloat(floatToHalf(cell)) !== cell) throw new Error(`token table: ${cell} is no half`);
      packed.writeUInt16LE(floatToHalf(cell), ((row + 1) * width + column) * 2);
    });
  });
  return [
    { name: tokenTable, dtype: 'F16', shape: [kept.length + 1, width], data: packed },
    { name: tokenIndex, dtype: 'I32', shape: [rows], data: index },
  ];
}

function pack(tensor) {
  if (tensor.name === tokenTable) return packTable(tensor);
  const { name, dtype, shape, data } = tensor;
  if (dtype !== 'F16') throw new Error(`${name}: expected F16, got ${dtype}`);
  return [quantised(name, shape) ? { name, dtype: 'Q8_0', shape, data: quantizeQ8(halves(data)) } : { name, dtype, shape, data }];
}

function checkTable(before, index, after) {
  const [rows, width] = before.shape;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column++) {
      const value = halfToFloat(after.data.readUInt16LE((index.data.readInt32LE(row * 4) * width + column) * 2));
      const wanted =
        before.dtype === 'F8_E4M3'
          ? f8e4m3ToFloat(before.data[row * width + column])
          : halves(before.data.subarray((row * width + column) * 2, (row * width + column) * 2 + 2))[0];
      if (value !== wanted) throw new Error(`token ${row}, column ${column} differs`);
    }
}

/** 127 times the largest error of a subnormal F16 scale: for blocks of values below 0.008. */
const tiniest = 127 * 2 ** -25;

/** Reads the written file back and compares it. */
async function check(path, source) {
  const content = await readFile(path);
  const { tensors } = await readModelHeader(path);
  const at = new Map(
    tensors.map((tensor) => [tensor.name, { ...tensor, data: content.subarray(tensor.offset, tensor.offset + tensor.bytes) }]),
  );
  let [exact, worst, squares, signal] = [0, 0, 0, 0];
  for (const tensor of source) {
    const mine = at.get(tensor.name);
    if (tensor.name === tokenTable) {
      checkTable(tensor, at.get(tokenIndex), mine);
      exact++;
      continue;
    }
    if (String(mine.shape) !== String(tensor.shape)) throw new Error(`${tensor.name}: shape ${mine.shape}, expected ${tensor.shape}`);
    if (mine.dtype === 'F16') {
      if (!mine.data.equals(tensor.data)) throw new Error(`${tensor.name} differs`);
      exact++;
      continue;
    }
    const [before, after] = [halves(tensor.data), dequantizeQ8(mine.data)];
    for (let block = 0; block < before.length; block += 32) {
      const largest = before.subarray(block, block + 32).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      for (let index = block; index < block + 32; index++) {
        const error = Math.abs(after[index] - before[index]);
        if (largest > 0) worst = Math.max(worst, (error - tiniest) / largest);
        squares += error * error;
        signal += before[index] * before[index];
      }
    }
  }
  // Half a step of 1/127, and the F16 rounding of the scale.
  if (worst > 0.5 / 127 + 1e-3) throw new Error(`Q8_0: error ${worst} of a block's largest value`);
  console.error(
    `${path}: ${tensors.length} tensors, ${exact} exact; Q8_0 worst error ${(worst * 127).toFixed(3)} steps, relative RMS ${Math.sqrt(squares / signal).toExponential(2)}`,
  );
}

async function compress(from, to, about) {
  const source = await readSource(from);
  const path = join(out, to);
  await writeGguf(path, source.flatMap(pack), about);
  await check(path, source);
}

await mkdir(out, { recursive: true });
await compress('mini.safetensors', 'mini.gguf', {
  'general.architecture': 'sd1',
  'general.name': 'mini',
  'general.license': 'MIT',
  'general.description': 'ai-artist bundled text-to-image model: UNet Q8_0 and F16, text encoder F16, packed token table',
});
await compress('realesrgan-x4plus-anime-6b.safetensors', 'realesrgan-x4plus-anime-6b.gguf', {
  'general.architecture': 'esrgan',
  'general.name': 'realesrgan-x4plus-anime-6b',
  'general.license': 'BSD-3-Clause',
  'general.description': 'Real-ESRGAN x4plus anime 6B, (c) 2021 Xintao Wang; kernels Q8_0',
});

const copies = ['mini-tae.safetensors', 'mini-clip.safetensors', 'mini-clip-config.json', 'vocab.json', 'wordings.json'];
for (const name of copies) await writeFile(join(out, name), await readFile(join(seed, name)));

const roles = {
  'mini.gguf': 'diffusion',
  'mini-tae.safetensors': 'tae',
  'mini-clip.safetensors': 'clip',
  'mini-clip-config.json': 'clip-config',
  'realesrgan-x4plus-anime-6b.gguf': 'upscaler',
  'vocab.json': 'prompt-vocabulary',
  'wordings.json': 'prompt-wordings',
};
const licences = { upscaler: 'BSD-3-Clause', 'prompt-wordings': 'WordNet-3.0' };
const files = [];
for (const [name, role] of Object.entries(roles)) {
  const path = join(out, name);
  const content = await readFile(path);
  files.push({
    name,
    role,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    ...(name.endsWith('.json') ? {} : { tensorHash: await hashTensors(await readModelHeader(path)) }),
    licence: licences[role] ?? 'MIT',
  });
}
await writeFile(join(out, 'manifest.json'), `${JSON.stringify({ schema: 1, model: 'mini', files }, undefined, 2)}\n`);
const total = files.reduce((sum, file) => sum + file.bytes, 0);
console.error(`${out}: ${files.length} files, ${(total / 1e6).toFixed(1)} MB`);
if (total > mostBytes) throw new Error(`the bundled files must not be over ${mostBytes / 1e6} MB, got ${total} bytes`);
