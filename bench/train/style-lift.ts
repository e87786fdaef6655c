/**
 * Is a style learned? Trains a LoRA for the bundled model on a folder of pictures, paints subjects that are not in it with and without the
 * LoRA (same prompts, same seeds), and asks CLIP how close both are to held-out pictures of the style, and to their subjects.
 *
 *     npx tsx bench/train/style-lift.ts [--data FOLDER] [--licence CC-BY-4.0] [--template "kawaii sticker of {}, white background"]
 *         [--held 0.17] [--prompts 40] [--seeds 3] [--steps N] [--rate R] [--rank R] [--batch N] [--dropout SHARE] [--threads 2] [--seed 7]
 *         [--home FOLDER] [--lora FILE] [--sheet FILE.jpg] [--json]
 *
 * Without --data: 24 pictures of a style that the bundled model has never seen (test/fixtures/train/streamline; 24 are few, 100 do better).
 * Each prompt counts with the mean over its seeds; intervals are 95 %, by bootstrap over the prompts. With --lora nothing is trained; the
 * file must have been trained with the same --held. The bundled CLIP shares its text encoder with the painter, so its scores for subjects
 * favour both sides equally.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Clip, type Embedding, loadClip, similarity } from '../../lib/doors/clip.ts';
import { bestOfGain } from '../../lib/doors/curation.ts';
import { type ArtImage, loadModel, type Model } from '../../lib/index.ts';
import { bundledModel } from '../../lib/models/index.ts';
import { contactSheet, loadDataSet, type TrainLoraResult, trainLora } from '../../lib/train/index.ts';
import { hardware, hardwareLine } from '../hardware.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: fileURLToPath(new URL('../../test/fixtures/train/streamline', import.meta.url)) },
    licence: { type: 'string', default: 'CC-BY-4.0' },
    template: { type: 'string', default: 'kawaii sticker of {}, white background' },
    held: { type: 'string' },
    prompts: { type: 'string', default: '40' },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string' },
    rate: { type: 'string' },
    rank: { type: 'string' },
    batch: { type: 'string' },
    dropout: { type: 'string' },
    threads: { type: 'string' },
    seed: { type: 'string', default: '7' },
    home: { type: 'string' },
    lora: { type: 'string' },
    sheet: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const note = (line: string): void => void process.stderr.write(`${line}\n`);
const data = values.data;
const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const threads = numberOf(values.threads);

/** Subjects that the painter draws well and that are not in the folder. */
async function unseenSubjects(captions: readonly string[], count: number): Promise<string[]> {
  const { core } = JSON.parse(await readFile(bundledModel().vocabulary, 'utf8')) as { core: string[] };
  const said = captions.map((caption) => ` ${caption.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ')} `);
  const unseen = core.filter((subject) => !said.some((caption) => caption.includes(` ${subject} `)));
  if (unseen.length < count) throw new Error(`expected ${count} subjects that no caption names, got ${unseen.length}`);
  // Evenly spread over the list, which goes from animals to objects.
  return Array.from({ length: count }, (_, at) => unseen[Math.floor((at * unseen.length) / count)] ?? '');
}

const withArticle = (subject: string): string => `${/^[aeiou]/.test(subject) ? 'an' : 'a'} ${subject}`;

/** Paints all prompts with the first seed, then all with the next. */
async function paintAll(model: Model, prompts: readonly string[], lora: string | undefined): Promise<ArtImage[]> {
  const images: ArtImage[] = [];
  const seeds = Number(values.seeds);
  for (const [at, prompt] of Array.from({ length: seeds }, () => prompts)
    .flat()
    .entries()) {
    const { images: painted } = await model.generate({ prompt, seed: 1000 + at, ...(lora !== undefined && { loras: [lora] }) });
    if (painted[0]) images.push(painted[0]);
  }
  return images;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Mean of a measure without and with the LoRA, and its gain. */
function compare(before: readonly number[], after: readonly number[]) {
  const { first, best, gain, gainInterval } = bestOfGain(before.map((value, at) => ({ first: value, best: after[at] ?? Number.NaN })));
  return { without: first, with: best, gain, interval: gainInterval };
}

async function judge(
  clip: Clip,
  before: readonly ArtImage[],
  after: readonly ArtImage[],
  held: readonly string[],
  subjects: readonly string[],
) {
  const style = await clip.embedImages(held);
  const plain = await clip.embedTexts(subjects);
  const [without, withLora] = [await clip.embedImages(before), await clip.embedImages(after)];
  const toStyle = (image: Embedding): number => mean(style.map((other) => similarity(image, other)));
  const toSubject = (image: Embedding, at: number): number => similarity(image, plain[at % plain.length] as Embedding);
  /** Mean over the seeds of each prompt. */
  const byPrompt = (images: readonly Embedding[], measure: (image: Embedding, at: number) => number): number[] =>
    subjects.map((_, prompt) => mean(images.map(measure).filter((__, at) => at % subjects.length === prompt)));
  return {
    style: compare(byPrompt(without, toStyle), byPrompt(withLora, toStyle)),
    subject: compare(byPrompt(without, toSubject), byPrompt(withLora, toSubject)),
    /** Mean similarity among pictures of the style, which is an upper limit. */
    ceiling: mean(style.map((one, at) => mean(style.filter((_, other) => other !== at).map((other) => similarity(one, other))))),
  };
}

const home = values.home ?? (await mkdtemp(join(tmpdir(), 'ai-artist-style-')));
try {
  // A sixth, so that the measure does not depend on a handful of pictures.
  const held = values.held === undefined ? 1 / 6 : Number(values.held);
  const { pictures } = await loadDataSet({ folder: data, licence: values.licence, validation: held });
  const captions = pictures.map(({ caption }) => caption);
  const subjects = (await unseenSubjects(captions, Number(values.prompts))).map(withArticle);
  const prompts = subjects.map((subject) => values.template.replace('{}', subject));
  let trained: TrainLoraResult | undefined;
  const begun = performance.now();
  if (values.lora === undefined) {
    const [steps, learningRate, rank, batchSize, captionDropout] = [
      values.steps,
      values.rate,
      values.rank,
      values.batch,
      values.dropout,
    ].map(numberOf);
    trained = await trainLora({
      data,
      home,
      licence: values.licence,
      preset: 'style',
      seed: Number(values.seed),
      validation: { pictures: held },
      samples: { every: 0 },
      name: 'style-lift',
      overwrite: true,
      ...(steps !== undefined && { steps }),
      ...(learningRate !== undefined && { learningRate }),
      ...(rank !== undefined && { network: { rank } }),
      ...(batchSize !== undefined && { batchSize }),
      ...(captionDropout !== undefined && { captions: { captionDropout } }),
      ...(threads !== undefined && { threads }),
      onProgress: (event) => {
        if (event.type === 'step' && event.step % 50 === 0)
          note(`step ${event.step} of ${event.steps}, loss ${event.smoothedLoss.toFixed(4)}, ${event.secondsPerStep.toFixed(2)} s a step`);
        if (event.type === 'validation') note(`held-out loss after ${event.step} steps: ${event.loss.toFixed(4)}`);
      },
    });
  }
  const trainingSeconds = (performance.now() - begun) / 1000;
  const lora = values.lora ?? trained?.path;
  const model = await loadModel(threads === undefined ? {} : { threads });
  const before = await paintAll(model, prompts, undefined);
  const after = await paintAll(model, prompts, lora);
  await model.dispose();
  const clip = await loadClip();
  const heldFiles = pictures.filter(({ role }) => role === 'validation').map(({ file }) => file);
  const judged = await judge(clip, before, after, heldFiles, subjects);
  await clip.dispose();
  if (values.sheet !== undefined) {
    // Every fifth of forty, not a selection of the best.
    const shown = Array.from({ length: 8 }, (_, at) => Math.floor((at * subjects.length) / 8));
    const chosen = <T>(list: readonly T[]): T[] => shown.flatMap((at) => list[at] ?? []);
    const columns = chosen(subjects);
    const rows = [
      { label: 'before', images: chosen(before) },
      { label: 'after', images: chosen(after) },
      { label: 'the style', images: heldFiles.slice(0, 8) },
    ];
    await (await contactSheet(rows, { cell: 128, columns })).save(values.sheet, { overwrite: true });
  }
  const found = await hardware();
  if (values.json) console.log(JSON.stringify({ hardware: found, trained, trainingSeconds, prompts: prompts.length, ...judged }));
  else {
    note(hardwareLine(found));
    if (trained) {
      const { steps, loss, validation, seconds } = trained;
      console.log(
        `training: ${steps} steps, ${trainingSeconds.toFixed(0)} s in all, ${seconds.perStep.toFixed(2)} s a step, loss ${loss.toFixed(4)}`,
      );
      if (validation)
        console.log(
          `held-out loss: ${validation.first.toFixed(4)} -> ${validation.last.toFixed(4)} (lowest ${validation.best.toFixed(4)} at step ${validation.bestStep})`,
        );
    }
    const line = (what: string, { without, with: value, gain, interval }: ReturnType<typeof compare>): string =>
      `${what}: ${without.toFixed(4)} without, ${value.toFixed(4)} with, gain ${gain.toFixed(4)} [${interval.map((end) => end.toFixed(4)).join(', ')}], ${((100 * gain) / Math.abs(without)).toFixed(1)} %`;
    console.log(
      line(
        `style (cosine with ${heldFiles.length} held-out pictures, which have ${judged.ceiling.toFixed(4)} among themselves)`,
        judged.style,
      ),
    );
    console.log(line(`subject (cosine with its name, ${prompts.length} unseen subjects)`, judged.subject));
  }
} finally {
  if (values.home === undefined) await rm(home, { recursive: true, force: true });
}
