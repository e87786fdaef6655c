#!/usr/bin/env node
// Makes models/ from the trained files (developers only): npx tsx scripts/bundle-model.mjs <folder with mini.safetensors, …>
//   mini.gguf: UNet as Q8_0, text encoder F16, token table with its empty rows left out; the other files are copied.
// Checks itself: every value is read back from the written file and compared with the original.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dequantizeQ8, f8e4m3ToFloat, floatToHalf, halfToFloat, quantizeQ8 } from '../lib/models/float-formats.ts';
import { writeGguf } from '../lib/models/gguf-writer.ts';
import { readModelHeader } from '../lib/models/header.ts';
import { hashTensors } from '../lib/models/tensor-hash.ts';

const seed = process.argv[2];
if (!seed) {
  console.error('usage: npx tsx scripts/bundle-model.mjs <folder with mini.safetensors, mini-tae.safetensors, mini-clip.safetensors, …>');
  process.exit(2);
}
const out = fileURLToPath(new URL('../models/', import.meta.url));
const tokenTable = 'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight';
const tokenIndex = 'cond_stage_model.transformer.text_model.embeddings.token_index.weight';

// The engine's own rule for what may be quantised (ModelLoader::tensor_should_be_converted), for a UNet. The first and the last
// convolution are small and touch every pixel: they stay F16.
const keptNames = ['time_embed.', 'label_emb.', 'embedding', 'input_blocks.0.0.', 'diffusion_model.out.'];
function quantised(name, shape) {
  const values = shape.reduce((product, size) => product * size, 1);
  return (
    name.startsWith('model.diffusion_model.') &&
    shape.length >= 2 &&
    !keptNames.some((part) => name.includes(part)) &&
    (values / shape[0]) % 32 === 0
  );
}

const source = join(seed, 'mini.safetensors');
const header = await readModelHeader(source);
const bytes = await readFile(source);
const dataOf = (tensor) => bytes.subarray(tensor.offset, tensor.offset + tensor.bytes);
const halves = (data) => new Float32Array(data.length / 2).map((_, index) => halfToFloat(data.readUInt16LE(index * 2)));

function packTable(tensor) {
  const [rows, width] = tensor.shape;
  const data = dataOf(tensor);
  const values = tensor.dtype === 'F8_E4M3' ? Float32Array.from(data, f8e4m3ToFloat) : halves(data);
  const kept = [];
  const index = Buffer.alloc(rows * 4);
  for (let row = 0; row < rows; row++) {
    const cells = values.subarray(row * width, (row + 1) * width);
    if (!cells.some((cell) => cell !== 0)) continue;
    kept.push(cells);
    index.writeInt32LE(kept.length, row * 4); // row 0 of the packed table is the empty word
  }
  const table = Buffer.alloc((kept.length + 1) * width * 2);
  kept.forEach((cells, row) => {
    cells.forEach((cell, column) => {
      if (halfToFloat(floatToHalf(cell)) !== cell) throw new Error(`token table: ${cell} is no half`);
      table.writeUInt16LE(floatToHalf(cell), ((row + 1) * width + column) * 2);
    });
  });
  return [
    { name: tokenTable, dtype: 'F16', shape: [kept.length + 1, width], data: table },
    { name: tokenIndex, dtype: 'I32', shape: [rows], data: index },
  ];
}

function pack(tensor) {
  if (tensor.name === tokenTable) return packTable(tensor);
  if (tensor.dtype !== 'F16') throw new Error(`${tensor.name}: expected F16, got ${tensor.dtype}`);
  const { name, shape } = tensor;
  if (quantised(name, shape)) return [{ name, dtype: 'Q8_0', shape, data: quantizeQ8(halves(dataOf(tensor))) }];
  return [{ name, dtype: 'F16', shape, data: dataOf(tensor) }];
}

await mkdir(out, { recursive: true });
const target = join(out, 'mini.gguf');
await writeGguf(target, header.tensors.flatMap(pack), {
  'general.architecture': 'sd1',
  'general.name': 'mini',
  'general.license': 'MIT',
  'general.description': 'ai-artist bundled text-to-image model: UNet Q8_0, text encoder F16, packed token table',
});
await check();

const copies = {
  'mini-tae.safetensors': 'tae',
  'mini-clip.safetensors': 'clip',
  'mini-clip-config.json': 'clip-config',
  'realesrgan-x4plus-anime-6b.safetensors': 'upscaler',
  'vocab.json': 'prompt-vocabulary',
};
for (const name of Object.keys(copies)) await writeFile(join(out, name), await readFile(join(seed, name)));

const licences = { upscaler: 'BSD-3-Clause' };
const files = [];
for (const [name, role] of [['mini.gguf', 'diffusion'], ...Object.entries(copies)]) {
  const path = join(out, name);
  const content = await readFile(path);
  const isModel = !name.endsWith('.json');
  files.push({
    name,
    role,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    ...(isModel ? { tensorHash: await hashTensors(await readModelHeader(path)) } : {}),
    licence: licences[role] ?? 'MIT',
  });
}
await writeFile(join(out, 'manifest.json'), `${JSON.stringify({ schema: 1, model: 'mini', files }, undefined, 2)}\n`);
const total = files.reduce((sum, file) => sum + file.bytes, 0);
console.error(`models/: ${files.length} files, ${(total / 1e6).toFixed(1)} MB`);
if (total >= 40e6) throw new Error(`models/ must stay under 40 MB, got ${total} bytes`);

async function check() {
  const written = await readModelHeader(target);
  const content = await readFile(target);
  const at = new Map(
    written.tensors.map((tensor) => [tensor.name, { ...tensor, data: content.subarray(tensor.offset, tensor.offset + tensor.bytes) }]),
  );
  let exact = 0;
  let worst = 0;
  let squares = 0;
  let signal = 0;
  for (const tensor of header.tensors) {
    const mine = at.get(tensor.name);
    if (tensor.name === tokenTable) {
      const [rows, width] = tensor.shape;
      const before = dataOf(tensor);
      const index = at.get(tokenIndex).data;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < width; column++) {
          const value = halfToFloat(mine.data.readUInt16LE((index.readInt32LE(row * 4) * width + column) * 2));
          if (value !== f8e4m3ToFloat(before[row * width + column])) throw new Error(`token ${row}, column ${column} differs`);
        }
      exact++;
    } else if (mine.dtype === 'F16') {
      if (String(mine.shape) !== String(tensor.shape) || !mine.data.equals(dataOf(tensor))) throw new Error(`${tensor.name} differs`);
      exact++;
    } else {
      if (String(mine.shape) !== String(tensor.shape)) throw new Error(`${tensor.name}: shape ${mine.shape}, expected ${tensor.shape}`);
      const before = halves(dataOf(tensor));
      const after = dequantizeQ8(mine.data);
      for (let block = 0; block < before.length; block += 32) {
        const largest = before.subarray(block, block + 32).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
        for (let index = block; index < block + 32; index++) {
          const error = Math.abs(after[index] - before[index]);
          if (largest > 0) worst = Math.max(worst, error / largest);
          squares += error * error;
          signal += before[index] * before[index];
        }
      }
    }
  }
  // Half a step of 1/127, and the F16 rounding of the scale.
  if (worst > 0.5 / 127 + 1e-3) throw new Error(`Q8_0: error ${worst} of a block's largest value`);
  console.error(
    `mini.gguf: ${written.tensors.length} tensors, ${exact} exact; Q8_0 worst error ${(worst * 127).toFixed(3)} steps, relative RMS ${Math.sqrt(squares / signal).toExponential(2)}`,
  );
}
