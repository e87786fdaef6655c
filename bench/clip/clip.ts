/**
 * Compares CLIP with Hugging Face's transformers on PyTorch and with transformers.js on onnxruntime: the same random weights at published
 * sizes, the same raw pictures and captions, one run, the sides in turn. Prints how close the embeddings are and how many pictures and
 * texts per second each side embeds.
 *
 *     npx tsx bench/clip/clip.ts --python python3 [--onnx FOLDER] [--models b32,l14] [--types f32,f16,q8_0] [--threads 2] [--rounds 5]
 *         [--json]
 *
 * Python needs torch, transformers, pillow and safetensors; without them it prints that nothing was compared. transformers.js is searched
 * in FOLDER (where `npm install @huggingface/transformers` was run), otherwise from the working directory; it also needs Python's onnx and
 * onnxscript to export the weights. Without it that side is left out, with a message.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Clip, type ClipWeightType, loadClip } from '../../lib/doors/clip.ts';
import { cosine, picture } from '../../test/clip/support.ts';
import { hardware, hardwareLine } from '../hardware.ts';
import { OtherSide } from '../other-side.ts';

interface Ready {
  texts: string[];
  torch: string;
  expected: { text: number[][]; image: number[][] };
}

interface OnnxReady {
  version: string;
  text: number[][];
  image: number[][];
  pixels: number[][];
}

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    onnx: { type: 'string' },
    models: { type: 'string', default: 'b32,l14' },
    types: { type: 'string', default: 'f32,f16,q8_0' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const rounds = Number(values.rounds);
const counts = { images: 8, texts: 64 } as const;
type What = keyof typeof counts;

/** Cost of one call. CPU time is the better measure when other programs run on the machine. */
interface Cost {
  seconds: number;
  cpuSeconds: number;
}

/** Finds the entry file of an installed transformers.js; undefined if there is none. */
function findTransformersJs(): string | undefined {
  const from = resolve(values.onnx ?? '.');
  try {
    return createRequire(join(from, 'package.json')).resolve('@huggingface/transformers');
  } catch (error) {
    const how = 'run "npm install @huggingface/transformers" in a folder of its own and name it with --onnx FOLDER';
    if (values.onnx !== undefined) throw new Error(`no @huggingface/transformers in ${from}: ${how}`, { cause: error });
    console.error(`bench/clip: onnxruntime is left out, no @huggingface/transformers is installed here: ${how}`);
    return undefined;
  }
}

const worst = (mine: readonly ArrayLike<number>[], theirs: readonly number[][]): number =>
  Math.min(...theirs.map((vector, at) => cosine(mine[at] ?? [], vector)));

/** Exports the weights, starts transformers.js with the same number of threads, and checks that it computes the same embeddings. */
async function startOnnx(entry: string, reference: OtherSide, folder: string, { texts, expected }: Ready): Promise<[OtherSide, OnnxReady]> {
  const exported = join(folder, 'transformers-js');
  await reference.ask({ onnx: exported });
  const script = fileURLToPath(new URL('onnx.ts', import.meta.url));
  const side = new OtherSide('onnxruntime', process.execPath, [...process.execArgv, script, entry, exported, String(threads)], {
    UV_THREADPOOL_SIZE: String(threads), // sharp resizes in this thread pool, one picture per thread
    VIPS_CONCURRENCY: String(threads),
  });
  const ready = await side.ask<OnnxReady>({ texts, text: expected.text.length, image: expected.image.length });
  const least = Math.min(worst(ready.text, expected.text), worst(ready.pixels, expected.image));
  if (!(least >= 0.9999)) throw new Error(`onnxruntime computes something else: cosine ${least} with PyTorch on equal tokens and pixels`);
  return [side, ready];
}

const pictures = Array.from({ length: 16 }, (_, seed) => picture(320, 240, seed));

async function ourCost(clip: Clip, what: What, texts: readonly string[]): Promise<Cost> {
  const start = performance.now();
  const before = process.cpuUsage();
  if (what === 'images') await clip.embedImages(pictures.slice(0, counts.images));
  else await clip.embedTexts(texts.slice(0, counts.texts));
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

interface Row {
  model: string;
  side: string;
  textCosine?: number;
  imageCosine?: number;
  /** Cosine from equal pixels, for a side that resizes pictures in its own way. */
  pixelsCosine?: number;
  imagesPerSecond: number;
  textsPerSecond: number;
  imagesPerCpuSecond: number;
  textsPerCpuSecond: number;
}

/** Each round runs all sides in turn, so that other load on the machine affects all of them; the best round counts. */
async function compare(model: string, folder: string, rows: Row[], entry: string | undefined): Promise<string[]> {
  const script = fileURLToPath(new URL('reference.py', import.meta.url));
  const reference = new OtherSide('Python', values.python, [script, folder, model, String(threads)]);
  const ready = await reference.next<Ready>();
  const { texts, torch, expected } = ready;
  const [onnx, onnxReady] = entry === undefined ? [] : await startOnnx(entry, reference, folder, ready);
  const best = new Map<string, Record<What, Cost>>();
  const never: Cost = { seconds: Infinity, cpuSeconds: Infinity };
  const note = (side: string, what: What, cost: Cost): void => {
    const known = best.get(side) ?? { images: never, texts: never };
    const least = { seconds: Math.min(known[what].seconds, cost.seconds), cpuSeconds: Math.min(known[what].cpuSeconds, cost.cpuSeconds) };
    best.set(side, { ...known, [what]: least });
  };
  const clips = new Map<string, Clip>();
  const closeness = new Map<string, [text: number, image: number, pixels?: number]>();
  for (const weightType of values.types.split(',') as ClipWeightType[]) {
    const clip = await loadClip(folder, { weightType, threads });
    clips.set(`ai-artist ${weightType}`, clip);
    closeness.set(`ai-artist ${weightType}`, [
      worst(await clip.embedTexts(texts.slice(0, expected.text.length)), expected.text),
      worst(await clip.embedImages(pictures.slice(0, expected.image.length)), expected.image),
    ]);
  }
  if (onnxReady) {
    const { text, image, pixels } = onnxReady;
    closeness.set('onnx f32', [worst(text, expected.text), worst(image, expected.image), worst(pixels, expected.image)]);
  }
  for (let round = 0; round <= rounds; round++) {
    for (const what of ['images', 'texts'] as const) {
      for (const [side, clip] of clips) {
        const cost = await ourCost(clip, what, texts);
        if (round > 0) note(side, what, cost); // the first round is a warm-up
      }
      for (const dtype of ['f32', 'bf16']) {
        const cost = await reference.ask<Cost>({ what, count: counts[what], dtype });
        if (round > 0) note(`torch ${dtype}`, what, cost);
      }
      const cost = await onnx?.ask<Cost>({ what, count: counts[what] });
      if (cost && round > 0) note('onnx f32', what, cost);
    }
  }
  for (const [side, { images, texts: strings }] of best) {
    const [textCosine, imageCosine, pixelsCosine] = closeness.get(side) ?? [];
    rows.push({
      model,
      side,
      ...(textCosine === undefined || imageCosine === undefined ? {} : { textCosine, imageCosine }),
      ...(pixelsCosine === undefined ? {} : { pixelsCosine }),
      imagesPerSecond: counts.images / images.seconds,
      textsPerSecond: counts.texts / strings.seconds,
      imagesPerCpuSecond: counts.images / images.cpuSeconds,
      textsPerCpuSecond: counts.texts / strings.cpuSeconds,
    });
  }
  for (const clip of clips.values()) await clip.dispose();
  OtherSide.endAll();
  return [`torch ${torch}`, ...(onnxReady ? [onnxReady.version] : [])];
}

const rows: Row[] = [];
const folder = await mkdtemp(join(tmpdir(), 'ai-artist-bench-clip-'));
let others: string[] = [];
try {
  const entry = findTransformersJs();
  for (const model of values.models.split(',')) others = await compare(model, join(folder, model), rows, entry);
} catch (error) {
  console.error(`bench/clip: ${error instanceof Error ? error.message : String(error)}`);
  console.error(
    'Install the other side with: pip install torch transformers pillow safetensors onnx onnxscript, and name it with --python',
  );
  process.exitCode = 1;
} finally {
  OtherSide.endAll();
  await rm(folder, { recursive: true, force: true });
}
const found = await hardware();
if (values.json) console.log(JSON.stringify({ hardware: found, threads, others, counts, rows }));
else {
  console.error(`${hardwareLine(found)} | ${others.join(' | ') || 'no other side'} | ${threads} threads each, best of ${rounds}`);
  const kinds = [
    ['imagesPerSecond', 'images/s'],
    ['imagesPerCpuSecond', 'images/CPU s'],
    ['textsPerSecond', 'texts/s'],
    ['textsPerCpuSecond', 'texts/CPU s'],
  ] as const;
  const references = ['torch f32', 'onnx f32'];
  for (const row of rows) {
    const others = references.flatMap((side) => rows.filter((other) => other.model === row.model && other.side === side));
    const cells = kinds.map(([key, unit]) => {
      const ratios = others.map((other) => `${(row[key] / other[key]).toFixed(2)}x`).join(' ');
      return `${row[key].toFixed(2).padStart(7)} ${unit} ${ratios}`;
    });
    const { textCosine, imageCosine, pixelsCosine } = row;
    if (textCosine !== undefined && imageCosine !== undefined)
      cells.push(`cosine text ${textCosine.toFixed(7)} image ${imageCosine.toFixed(7)}`);
    if (pixelsCosine !== undefined) cells.push(`of equal pixels ${pixelsCosine.toFixed(7)}`);
    console.log([row.model.padEnd(4), row.side.padEnd(15), ...cells].join('  '));
  }
  const present = references.filter((side) => rows.some((row) => row.side === side));
  if (present.length > 0) console.error(`ratios: to ${present.join(', then to ')}`);
}
