/**
 * How good is the bundled model? Everything runs through the engine, without Python:
 *
 *     npm run eval:model -- [--model <folder>] [--against <folder or report.json>] [--out <folder>] [--data <folder>] [--parity <folder>]
 *     npm run eval:model -- --sheet <file.webp> --against <folder>     only the sheet: the same prompts and seeds, by both
 *
 * The judge (bench/curation/judge.py) was trained separately from the painter and its CLIP. It names concepts and styles of real pictures
 * of held-out pairs (held-out.webp, by training/held_out.py), of painted ones with the same captions, and of painted ones with shuffled
 * captions. Also measured: few steps against many for several samplers, diversity, the autoencoder, seconds and megabytes; with --data the
 * nearest training pictures; with --parity (training/parity.py) the similarity to PyTorch's pictures of the same noise. Pictures stay in
 * the folder and are painted once.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadClip } from '../../lib/doors/clip.ts';
import type { RawImage } from '../../lib/image/index.ts';
import { type ArtImage, isArtistError, loadUpscaler, type Sampler, type Scheduler } from '../../lib/index.ts';
import { Judge } from '../curation/judge.ts';
import { hardware, hardwareLine } from '../hardware.ts';
import { type Bundle, openBundle, readLines } from './bundle.ts';
import { type RealPicture, readHeldOut, spreadOver } from './held-out.ts';
import { measureAutoencoder, measureClip, measureDiversity, measureRetrieval, measureSteps } from './measures.ts';
import { measureNeighbours, type Pair, pairCells } from './neighbours.ts';
import { replaceSection } from './page.ts';
import { Painter, type Settings } from './painter.ts';
import { measureParity } from './parity.ts';
import { readPools } from './pools.ts';
import { markdown, mean, type Report, reportSchema } from './report.ts';
import { sheetOf } from './sheet.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values } = parseArgs({
  options: {
    /** A folder like models/, or the output of training/. Default: the bundled model. */
    model: { type: 'string' },
    /** Files that replace those of the folder. */
    unet: { type: 'string' },
    tae: { type: 'string' },
    clip: { type: 'string' },
    /** Another such folder, for figures and a sheet to compare with; or a report of an earlier run, for figures. */
    against: { type: 'string' },
    /** Only write the contact sheet into this file (.webp, .jpg, .png). */
    sheet: { type: 'string' },
    out: { type: 'string', default: join(tmpdir(), 'ai-artist-eval-model') },
    /** Folder with held-out.webp and held-out.json. */
    real: { type: 'string', default: here },
    judge: { type: 'string', default: join(here, '../curation/judge.safetensors') },
    prompts: { type: 'string', default: join(here, 'prompts.txt') },
    /** Folder with the training pictures, pool*.bin and pool*.json. */
    data: { type: 'string' },
    /** With --data: file for the sheet of the nearest pairs. Default: neighbours.png beside the report. */
    neighbours: { type: 'string' },
    /** Folder with pictures of training/parity.py. */
    parity: { type: 'string' },
    /** Numbers of held-out pairs, prompts to compare steps, prompts and seeds for diversity, pictures for autoencoder and neighbours. */
    pairs: { type: 'string', default: '157' },
    'step-prompts': { type: 'string', default: '64' },
    'seed-prompts': { type: 'string', default: '4' },
    seeds: { type: 'string', default: '8' },
    pictures: { type: 'string', default: '48' },
    few: { type: 'string', default: '8' },
    many: { type: 'string', default: '30' },
    /** sampler/scheduler pairs to try with few steps. */
    samplers: {
      type: 'string',
      default: 'euler/discrete,euler/karras,euler/ays,euler_a/discrete,dpm++2m/discrete,dpm++2m/karras,dpm++2m/ays,ipndm/discrete',
    },
    /** Steps of the compared pictures, instead of the model's default. */
    steps: { type: 'string' },
    sampler: { type: 'string' },
    scheduler: { type: 'string' },
    threads: { type: 'string', default: '1' },
    /** A Markdown page; the section between <!-- eval:model --> and <!-- /eval:model --> is replaced. */
    page: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const judge = await Judge.load(values.judge);
const real = spreadOver(await readHeldOut(values.real, new Set(judge.concepts)), Number(values.pairs));
const first = await readLines(values.prompts);
const pools = values.data === undefined ? undefined : await readPools(values.data);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const seedOf = (index: number): number => 1000 + index;
/** Seed of a picture on the sheet. */
const sheetSeed = (index: number): number => index + 1;
const samplers = values.samplers.split(',').map((pair) => {
  const [sampler, scheduler] = pair.split('/');
  return { sampler: sampler as Sampler, scheduler: scheduler as Scheduler };
});
const changed: Partial<Settings> = {
  ...(values.steps !== undefined && { steps: Number(values.steps) }),
  ...(values.sampler !== undefined && { sampler: values.sampler as Sampler }),
  ...(values.scheduler !== undefined && { scheduler: values.scheduler as Scheduler }),
};

async function paintAll(painter: Painter, prompts: readonly string[], seed: (index: number) => number): Promise<RawImage[]> {
  const images: RawImage[] = [];
  for (const [index, prompt] of prompts.entries()) images.push(await painter.paint(prompt, seed(index)));
  return images;
}

/** Seconds to enlarge one picture to 512 pixels. */
async function upscaleSeconds({ upscaler: model }: Bundle, image: RawImage): Promise<number> {
  await using upscaler = await loadUpscaler({ model, threads });
  const started = performance.now();
  await upscaler.upscale(image);
  return (performance.now() - started) / 1000;
}

interface Evaluated {
  report: Report;
  /** Pictures of the prompts in `first`. */
  shown: RawImage[];
  pairs: Pair[];
}

async function evaluate(bundle: Bundle): Promise<Evaluated> {
  const painter = new Painter(bundle, values.out, threads, changed);
  try {
    say(`${bundle.name}: ${real.length} held-out pairs`);
    const captions = real.map(({ caption }: RealPicture) => caption);
    const painted = await paintAll(painter, captions, seedOf);
    const retrieved = await measureRetrieval(judge, real, painted);
    say(`${bundle.name}: CLIP`);
    const clip = await clipOf(bundle, painted);
    say(`${bundle.name}: ${values.few} steps against ${values.many}`);
    const plan = { few: Number(values.few), many: Number(values.many), samplers };
    const steps = await measureSteps(judge, painter, spreadOver(real, Number(values['step-prompts'])), plan, seedOf);
    say(`${bundle.name}: diversity`);
    const diverse = spreadOver(captions, Number(values['seed-prompts']));
    const diversity = await measureDiversity(judge, painter, retrieved, diverse, Number(values.seeds));
    say(`${bundle.name}: autoencoder, sheet, enlarging`);
    const autoencoder = await measureAutoencoder(
      painter,
      spreadOver(real, Number(values.pictures)).map(({ image }) => image),
    );
    const shown = await paintAll(painter, first, sheetSeed);
    const parity = values.parity === undefined ? undefined : await measureParity(painter, values.parity);
    if (pools) say(`${bundle.name}: nearest of ${pools.pictures.length} training pictures`);
    const neighbours = pools && (await measureNeighbours(painter, pools, real, painted, Number(values.pictures), seedOf));
    const paintSeconds = painter.seconds.get(painter.settings.steps);
    const report = reportSchema.parse({
      schema: 1,
      name: bundle.name,
      hardware: hardwareLine(await hardware()),
      threads,
      settings: painter.settings,
      judge: judge.heldOut,
      retrieval: retrieved.retrieval,
      clip,
      steps,
      diversity,
      autoencoder,
      cost: {
        bytes: bundle.bytes,
        loadSeconds: painter.loadSeconds ?? null,
        paintSeconds: paintSeconds ? mean(paintSeconds) : null,
        upscaleSeconds: await upscaleSeconds(bundle, shown[0] as RawImage),
      },
      ...(neighbours && { neighbours: neighbours.found }),
      ...(parity && { parity }),
    });
    return { report, shown, pairs: neighbours?.pairs ?? [] };
  } finally {
    await painter.dispose();
  }
}

async function clipOf({ clip: model }: Bundle, painted: readonly RawImage[]): Promise<Report['clip']> {
  await using clip = await loadClip({ ...(model !== undefined && { model }), threads });
  return await measureClip(clip, real, painted);
}

/** Paints the prompts of `first` with each model, same seeds: the sheet of evaluate() without the measurements. */
async function paintSheet(path: string): Promise<void> {
  if (values.against?.endsWith('.json')) throw new RangeError(`--against: with --sheet expected a folder, got ${values.against}`);
  const bundles = [
    ...(values.against === undefined ? [] : [await openBundle(values.against)]),
    await openBundle(values.model, { model: values.unet, tae: values.tae }),
  ];
  const sheets: RawImage[][] = [];
  for (const bundle of bundles) {
    say(`${bundle.name}: ${first.length} pictures`);
    const painter = new Painter(bundle, values.out, threads, changed);
    try {
      sheets.push(await paintAll(painter, first, sheetSeed));
    } finally {
      await painter.dispose();
    }
  }
  await save(await sheetOfAll(sheets), path);
}

async function save(sheet: ArtImage, path: string): Promise<void> {
  const { bytes } = await sheet.save(path, path.endsWith('.png') ? {} : { quality: 82 });
  say(`wrote ${path}, ${bytes} bytes`);
}

async function sheetOfAll(sheets: readonly RawImage[][]): Promise<ArtImage> {
  const cells = first.map((prompt, index) => ({ prompt, images: sheets.map((images) => images[index] as RawImage) }));
  return sheetOf(cells, sheets.length > 1 ? ['before', 'now'] : []);
}

async function run(): Promise<void> {
  await mkdir(values.out, { recursive: true });
  if (values.sheet !== undefined) return paintSheet(values.sheet);
  const isReport = values.against?.endsWith('.json') === true;
  const before =
    values.against === undefined
      ? undefined
      : isReport
        ? { report: reportSchema.parse(JSON.parse(await readFile(values.against, 'utf8'))), shown: undefined }
        : await evaluate(await openBundle(values.against));
  const now = await evaluate(await openBundle(values.model, { model: values.unet, tae: values.tae, clip: values.clip }));
  const titles = before ? ['before', 'now'] : ['now'];
  const text = markdown(before ? [before.report, now.report] : [now.report], titles);
  const sheet = await sheetOfAll(before?.shown ? [before.shown, now.shown] : [now.shown]);
  const file = (name: string): string => join(values.out, name);
  await save(sheet, file('sheet.png'));
  if (pools)
    await save(await sheetOf(await pairCells(pools, now.pairs, 24), ['painted', 'training']), values.neighbours ?? file('neighbours.png'));
  await writeFile(file('report.json'), `${JSON.stringify(now.report, undefined, 2)}\n`);
  await writeFile(file('report.md'), `${text}\n`);
  if (values.page !== undefined) await replaceSection(values.page, 'eval:model', text);
  say(`wrote ${['report.json', 'report.md'].map(file).join(', ')}`);
  process.stdout.write(values.json ? `${JSON.stringify(now.report)}\n` : `${text}\n`);
}

await run().catch((error: unknown) => {
  if (!isArtistError(error)) throw error;
  say(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
