/**
 * CLIP against Hugging Face's transformers on PyTorch: the same random weights at published sizes, the same raw pictures and captions, one
 * run, the two sides in turn. Prints how close the embeddings are and how many pictures and texts a second each side makes.
 *
 *     npx tsx bench/clip/clip.ts --python python3 [--models b32,l14] [--types f32,f16,q8_0] [--threads 2] [--rounds 5] [--json]
 *
 * Python needs torch, transformers, pillow and safetensors; without them nothing is compared, and it says so.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Clip, type ClipWeightType, loadClip } from '../../lib/index.ts';
import { cosine, picture } from '../../test/clip/support.ts';
import { hardware, hardwareLine } from '../hardware.ts';

interface Ready {
  texts: string[];
  torch: string;
  expected: { text: number[][]; image: number[][] };
}

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
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

/** Of one call. The processor's own time tells more than the clock where other work runs beside. */
interface Cost {
  seconds: number;
  cpuSeconds: number;
}

/** The Python process, one question at a time. */
class Reference {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(folder: string, model: string) {
    const script = fileURLToPath(new URL('reference.py', import.meta.url));
    this.#child = spawn(values.python, [script, folder, model, String(threads)]);
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#errors = (this.#errors + data.toString()).slice(-2000);
    });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async next<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the Python side ended: ${this.#errors.trim()}`);
    return JSON.parse(value) as T;
  }

  measure(what: What, dtype: 'f32' | 'bf16'): Promise<Cost> {
    this.#child.stdin.write(`${JSON.stringify({ what, count: counts[what], dtype })}\n`);
    return this.next<Cost>();
  }

  end(): void {
    this.#child.stdin.end();
  }
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
  imagesPerSecond: number;
  textsPerSecond: number;
  imagesPerCpuSecond: number;
  textsPerCpuSecond: number;
}

/** Loads one side after the other in each round, so that a neighbour's load falls on all of them; the best round counts. */
async function compare(model: string, folder: string, rows: Row[]): Promise<string> {
  const reference = new Reference(folder, model);
  const { texts, torch, expected } = await reference.next<Ready>();
  const best = new Map<string, Record<What, Cost>>();
  const never: Cost = { seconds: Infinity, cpuSeconds: Infinity };
  const note = (side: string, what: What, cost: Cost): void => {
    const known = best.get(side) ?? { images: never, texts: never };
    const least = { seconds: Math.min(known[what].seconds, cost.seconds), cpuSeconds: Math.min(known[what].cpuSeconds, cost.cpuSeconds) };
    best.set(side, { ...known, [what]: least });
  };
  const clips = new Map<string, Clip>();
  const closeness = new Map<string, [text: number, image: number]>();
  for (const weightType of values.types.split(',') as ClipWeightType[]) {
    const clip = await loadClip(folder, { weightType, threads });
    clips.set(`ai-artist ${weightType}`, clip);
    const worst = (mine: readonly ArrayLike<number>[], theirs: number[][]): number =>
      Math.min(...theirs.map((vector, at) => cosine(mine[at] ?? [], vector)));
    closeness.set(`ai-artist ${weightType}`, [
      worst(await clip.embedTexts(texts.slice(0, expected.text.length)), expected.text),
      worst(await clip.embedImages(pictures.slice(0, expected.image.length)), expected.image),
    ]);
  }
  const others = ['f32', 'bf16'] as const;
  for (let round = 0; round <= rounds; round++) {
    for (const what of ['images', 'texts'] as const) {
      for (const [side, clip] of clips) {
        const cost = await ourCost(clip, what, texts);
        if (round > 0) note(side, what, cost); // the first round warms up
      }
      for (const dtype of others) {
        const cost = await reference.measure(what, dtype);
        if (round > 0) note(`torch ${dtype}`, what, cost);
      }
    }
  }
  for (const [side, { images, texts: strings }] of best) {
    const [textCosine, imageCosine] = closeness.get(side) ?? [];
    rows.push({
      model,
      side,
      ...(textCosine === undefined || imageCosine === undefined ? {} : { textCosine, imageCosine }),
      imagesPerSecond: counts.images / images.seconds,
      textsPerSecond: counts.texts / strings.seconds,
      imagesPerCpuSecond: counts.images / images.cpuSeconds,
      textsPerCpuSecond: counts.texts / strings.cpuSeconds,
    });
  }
  for (const clip of clips.values()) await clip.dispose();
  reference.end();
  return torch;
}

const rows: Row[] = [];
const folder = await mkdtemp(join(tmpdir(), 'ai-artist-bench-clip-'));
let torch: string | undefined;
try {
  for (const model of values.models.split(',')) torch = await compare(model, join(folder, model), rows);
} catch (error) {
  console.error(`bench/clip: ${error instanceof Error ? error.message : String(error)}`);
  console.error('Install the other side with: pip install torch transformers pillow safetensors, and name it with --python');
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
const found = hardware();
if (values.json) console.log(JSON.stringify({ hardware: found, threads, torch, counts, rows }));
else {
  console.error(`${hardwareLine(found)} | torch ${torch ?? 'absent'} | ${threads} threads each, best of ${rounds}`);
  for (const { model, side, textCosine, imageCosine, ...speed } of rows) {
    const other = rows.find((row) => row.model === model && row.side === 'torch f32');
    const cell = (key: keyof typeof speed, unit: string): string =>
      `${speed[key].toFixed(2).padStart(7)} ${unit} ${other ? `${(speed[key] / other[key]).toFixed(2)}x` : ''}`;
    console.log(
      [
        model.padEnd(4),
        side.padEnd(15),
        cell('imagesPerSecond', 'images/s'),
        cell('imagesPerCpuSecond', 'images/CPU s'),
        cell('textsPerSecond', 'texts/s'),
        cell('textsPerCpuSecond', 'texts/CPU s'),
        textCosine === undefined ? '' : `cosine text ${textCosine.toFixed(7)} image ${imageCosine?.toFixed(7)}`,
      ].join('  '),
    );
  }
}
