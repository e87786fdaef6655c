/** The measures: each turns pictures into the part of the report with its name. */

import type { Clip } from '../../lib/clip/index.ts';
import { similarity } from '../../lib/doors/clip.ts';
import { vendiScore } from '../../lib/doors/curation.ts';
import type { RawImage } from '../../lib/image/index.ts';
import type { Judge, Verdict } from '../curation/judge.ts';
import type { RealPicture } from './held-out.ts';
import type { Painter, Settings } from './painter.ts';
import { type Aligned, mean, type Named, type Report } from './report.ts';
import { psnr, ratioOf, shareOf, topOf } from './statistics.ts';

/** The judge's answers for a picture, compared with its intended concept and style. */
interface Answer {
  concept: number;
  concept5: number;
  style: number;
  confidence: number;
}
type Wanted = Pick<RealPicture, 'concept' | 'style'>;

function answer(judge: Judge, { concepts, styles }: Verdict, { concept, style }: Wanted): Answer {
  const right = judge.concepts.indexOf(concept);
  const [first, ...next] = topOf(concepts, 5);
  return {
    concept: Number(first === right),
    concept5: Number(first === right || next.includes(right)),
    style: Number(judge.styles[topOf(styles, 1)[0] ?? -1] === style),
    confidence: shareOf(concepts, right),
  };
}

function named(answers: readonly Answer[]): Named {
  return {
    concept: mean(answers.map(({ concept }) => concept)),
    concept5: mean(answers.map(({ concept5 }) => concept5)),
    style: mean(answers.map(({ style }) => style)),
    confidence: mean(answers.map(({ confidence }) => confidence)),
  };
}

async function looks(judge: Judge, images: readonly RawImage[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const image of images) verdicts.push(await judge.look(image));
  return verdicts;
}

/** Pairs every picture with the target of another: the one half the list further on, which has another concept. */
const shuffledWanted = <T>(items: readonly T[]): T[] => items.map((_, index) => items[(index + (items.length >> 1)) % items.length] as T);

export interface Retrieval {
  retrieval: Report['retrieval'];
  realFeatures: Float32Array[];
  generatedFeatures: Float32Array[];
}

export async function measureRetrieval(judge: Judge, real: readonly RealPicture[], painted: readonly RawImage[]): Promise<Retrieval> {
  const ofReal = await looks(
    judge,
    real.map(({ image }) => image),
  );
  const ofPainted = await looks(judge, painted);
  const answers = (verdicts: readonly Verdict[], wanted: readonly Wanted[]): Answer[] =>
    wanted.map((one, index) => answer(judge, verdicts[index] as Verdict, one));
  const [realAnswers, paintedAnswers] = [answers(ofReal, real), answers(ofPainted, real)];
  return {
    retrieval: {
      n: real.length,
      real: named(realAnswers),
      generated: named(paintedAnswers),
      shuffled: named(answers(ofPainted, shuffledWanted(real))),
      ratio: ratioOf(
        paintedAnswers.map(({ concept }) => concept),
        realAnswers.map(({ concept }) => concept),
      ),
    },
    realFeatures: ofReal.map(({ features }) => features),
    generatedFeatures: ofPainted.map(({ features }) => features),
  };
}

export async function measureClip(clip: Clip, real: readonly RealPicture[], painted: readonly RawImage[]): Promise<Report['clip']> {
  const texts = await clip.embedTexts(real.map(({ caption }) => caption));
  const cosines = async (images: readonly RawImage[]): Promise<number[][]> =>
    (await clip.embedImages(images)).map((image) => texts.map((text) => similarity(image, text)));
  const aligned = (rows: readonly number[][], own: (row: number) => number): Aligned => {
    const of = rows.map((row, index) => row[own(index)] ?? Number.NaN);
    const ranks = rows.map((row, index) => row.filter((cosine) => cosine > (of[index] ?? 0)).length);
    return {
      own: mean(of),
      other: mean(rows.map((row, index) => (row.reduce((sum, cosine) => sum + cosine, 0) - (of[index] ?? 0)) / (row.length - 1))),
      top1: mean(ranks.map((rank) => Number(rank === 0))),
      top5: mean(ranks.map((rank) => Number(rank < 5))),
    };
  };
  const [ofReal, ofPainted] = [await cosines(real.map(({ image }) => image)), await cosines(painted)];
  const n = real.length;
  return {
    n,
    model: clip.info.name,
    real: aligned(ofReal, (row) => row),
    generated: aligned(ofPainted, (row) => row),
    shuffled: aligned(ofPainted, (row) => (row + (n >> 1)) % n),
  };
}

export interface StepsPlan {
  few: number;
  many: number;
  /** Samplers to try with few steps. */
  samplers: Pick<Settings, 'sampler' | 'scheduler'>[];
}

/** @param seedOf seed of the prompt at an index */
export async function measureSteps(
  judge: Judge,
  painter: Painter,
  prompts: readonly RealPicture[],
  { few, many, samplers }: StepsPlan,
  seedOf: (index: number) => number,
): Promise<Report['steps']> {
  const paintAll = async (changed: Partial<Settings>): Promise<{ images: RawImage[]; answers: Answer[] }> => {
    const images: RawImage[] = [];
    for (const [index, { caption }] of prompts.entries()) images.push(await painter.paint(caption, seedOf(index), changed));
    const verdicts = await looks(judge, images);
    return { images, answers: prompts.map((one, index) => answer(judge, verdicts[index] as Verdict, one)) };
  };
  const reference = await paintAll({ steps: many });
  const confidence = (answers: readonly Answer[]): number[] => answers.map((one) => one.confidence);
  const rows: Report['steps']['rows'] = [];
  for (const chosen of samplers) {
    const { images, answers } = await paintAll({ steps: few, ...chosen });
    rows.push({
      ...chosen,
      ...named(answers),
      ratio: ratioOf(confidence(answers), confidence(reference.answers)),
      psnr: mean(images.map((image, index) => psnr(image.data, (reference.images[index] as RawImage).data))),
    });
  }
  return { n: prompts.length, few, many, reference: named(reference.answers), rows };
}

/** Vendi score of the judge's features, minus the mean of the real pictures, because the features are all positive. */
export async function measureDiversity(
  judge: Judge,
  painter: Painter,
  { realFeatures, generatedFeatures }: Retrieval,
  prompts: readonly string[],
  seeds: number,
): Promise<Report['diversity']> {
  const centre = Float32Array.from(realFeatures[0] ?? [], (_, at) => mean(realFeatures.map((features) => features[at] ?? 0)));
  const vendi = (list: readonly Float32Array[]): number =>
    vendiScore(list.map((features) => features.map((value, at) => value - (centre[at] ?? 0))));
  const each: number[] = [];
  for (const prompt of prompts) {
    const images: RawImage[] = [];
    for (let seed = 1; seed <= seeds; seed++) images.push(await painter.paint(prompt, seed));
    each.push(vendi((await looks(judge, images)).map(({ features }) => features)));
  }
  return {
    n: generatedFeatures.length,
    generated: vendi(generatedFeatures),
    real: vendi(realFeatures),
    prompts: prompts.length,
    seeds,
    perPrompt: mean(each),
  };
}

export async function measureAutoencoder(painter: Painter, images: readonly RawImage[]): Promise<Report['autoencoder']> {
  const all: number[] = [];
  for (const image of images) all.push(psnr(image.data, (await painter.encodeAndDecode(image)).data));
  return { n: all.length, psnr: mean(all), worst: Math.min(...all) };
}
