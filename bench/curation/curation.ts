/**
 * Does an independent judge prefer the best of three, by our ranking, to the first? The bundled model paints 60 prompts with 8 seeds each.
 * A network that curation does not use (judge.py) names the concept and the style of each picture. Every choice of three of the eight seeds
 * is a round.
 *
 *     npx tsx bench/curation/curation.ts [--pictures <folder>] [--prompts 60] [--skip 0] [--seeds 8] [--steps 12] [--judge <file>]
 *         [--scorer <file>] [--threads 2] [--json] [--plan]
 *
 * --plan only prints style and concept of each prompt (training/reserved.txt: --prompts 120 --plan | sort).
 *
 * Pictures stay in the folder (default: one in the folder for temporary files) and are painted once: 480 of them take about 10 minutes on
 * one core.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../lib/core/index.ts';
import { otherCaptions, subjectShare } from '../../lib/curation/index.ts';
import { loadClip } from '../../lib/doors/clip.ts';
import { type BestOfGain, bestOfGain, type RankInput, rank, technicalTerm } from '../../lib/doors/curation.ts';
import { decodeImage, measureTechnical } from '../../lib/image/index.ts';
import { hardware, hardwareLine } from '../hardware.ts';
import { Judge } from './judge.ts';
import { paintAll, planPictures, seedOf, sentence } from './pictures.ts';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: join(tmpdir(), 'ai-artist-bench-curation') },
    judge: { type: 'string', default: fileURLToPath(new URL('judge.safetensors', import.meta.url)) },
    prompts: { type: 'string', default: '60' },
    skip: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '8' },
    steps: { type: 'string', default: '12' },
    of: { type: 'string', default: '3' },
    /** A network of judge.py with another seed that replaces our CLIP, to see how the ranking works with a better scorer. */
    scorer: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'boolean', default: false },
    plan: { type: 'boolean', default: false },
  },
});
const of = Number(values.of);
const plan = await planPictures(Number(values.prompts), Number(values.seeds), Number(values.steps), Number(values.skip));
if (values.plan) {
  for (const { style, concept } of plan.prompts) console.log(`${style} | ${concept}`);
  process.exit(0);
}
const { files, secondsEach } = await paintAll(plan, values.pictures, values.threads === undefined ? undefined : Number(values.threads));

/** A picture with its scores from the ranking and from the judge. */
interface Seen {
  candidate: RankInput;
  subject: number;
  /** The judge's answers: 1 right, 0 wrong. */
  concept: number;
  style: number;
  both: number;
  /** Share of the judge's concepts that score lower than the right one. */
  conceptRank: number;
  /** Score of the --scorer network: log probabilities of the right concept and style, added. */
  other: number;
}

const judge = await Judge.load(values.judge);
const scorer = values.scorer === undefined ? undefined : await Judge.load(values.scorer);
/** Logarithm of the softmax at one index. */
function logShare(scores: Float32Array, at: number): number {
  const largest = Math.max(...scores);
  return (scores[at] ?? 0) - largest - Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
}
const best = (scores: Float32Array): number => scores.indexOf(Math.max(...scores));

async function see(): Promise<{ seen: Seen[][]; scoreSeconds: number }> {
  await using clip = await loadClip();
  let scoring = 0;
  const seen: Seen[][] = [];
  for (const [index, prompt] of plan.prompts.entries()) {
    const [wanted, ...others] = await clip.embedTexts([sentence(prompt), ...otherCaptions(sentence(prompt))]);
    const row: Seen[] = [];
    for (const [seed, file] of (files[index] ?? []).entries()) {
      const image = await decodeImage(await readFile(file));
      const started = performance.now();
      const embedding = await clip.embedImage(image);
      const measures = measureTechnical(image);
      const promptAlign = wanted ? clip.similarity(embedding, wanted) : Number.NaN;
      const subject = subjectShare(
        promptAlign,
        others.map((other) => clip.similarity(embedding, other)),
      );
      scoring += performance.now() - started;
      const { concepts, styles } = await judge.look(file);
      const right = judge.concepts.indexOf(prompt.concept);
      const second = await scorer?.look(file);
      const other = second ? logShare(second.concepts, right) + logShare(second.styles, judge.styles.indexOf(prompt.style)) : Number.NaN;
      const concept = Number(best(concepts) === right);
      const style = Number(judge.styles[best(styles)] === prompt.style);
      row.push({
        candidate: { seed: seedOf(plan, index, seed), terms: { promptAlign, technical: technicalTerm(measures) }, measures, embedding },
        subject,
        concept,
        style,
        both: concept * style,
        other,
        conceptRank: concepts.filter((score) => score < (concepts[right] ?? 0)).length / (concepts.length - 1),
      });
    }
    seen.push(row);
  }
  return { seen, scoreSeconds: scoring / 1000 / (plan.prompts.length * plan.seeds) };
}

/** All ways to choose `count` of `n`. */
function* choices(n: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  else for (let first = from; first <= n - count; first++) for (const rest of choices(n, count - 1, first + 1)) yield [first, ...rest];
}

type Verdict = 'concept' | 'style' | 'both' | 'conceptRank';
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/**
 * Makes one round per prompt for the statistics, from means over all choices of its seeds. Any of the three may come first, so the score of
 * "first" is their mean. This removes the chance effect of their order.
 */
function gain(seen: readonly Seen[][], choose: (round: Seen[]) => Seen | undefined, verdict: Verdict): BestOfGain {
  const rounds = seen.map((row) => {
    const all = [...choices(row.length, of)].map((places) => places.flatMap((place) => row[place] ?? []));
    return {
      first: mean(all.map((round) => mean(round.map((one) => one[verdict])))),
      best: mean(all.map((round) => (choose(round) ?? round[0])?.[verdict] ?? 0)),
    };
  });
  return bestOfGain(rounds, { resamples: 4000 });
}

const { seen, scoreSeconds } = await see();
type Chooser = (round: Seen[]) => Seen | undefined;
const byRank =
  (options: { weights?: Record<string, number>; gate?: boolean }): Chooser =>
  (round) => {
    const candidates = round.map(({ candidate, subject }) => (options.gate ? { ...candidate, subject } : candidate));
    const { winner } = rank(candidates, { duplicateCosine: 2, ...(options.weights && { weights: options.weights }) });
    return winner === null ? undefined : round[winner];
  };
const byOther: Chooser = (round) => round.reduce((kept, one) => (one.other > kept.other ? one : kept));
/** The control: one of three by chance, the same every time. */
const dice = seededRandom(20261203);
const byChance: Chooser = (round) => round[Math.floor(dice() * round.length)];
const choosers: [name: string, choose: Chooser][] = [
  ['one of three by chance (the control)', byChance],
  ['our ranking', byRank({})],
  ['with the gate of absent subjects', byRank({ gate: true })],
  ['prompt alignment alone', byRank({ weights: { promptAlign: 1, technical: 0 } })],
  ['technical term alone (first that passes)', byRank({ weights: { promptAlign: 0, technical: 1 } })],
  ['share of other captions alone', (round) => round.reduce((kept, one) => (one.subject > kept.subject ? one : kept))],
  ...(scorer ? [['--scorer in the place of our CLIP', byOther] as [string, Chooser]] : []),
  [
    'the judge itself (the most there is)',
    (round) => round.reduce((kept, one) => (one.conceptRank + one.both > kept.conceptRank + kept.both ? one : kept)),
  ],
];
const verdicts: Verdict[] = ['concept', 'style', 'both', 'conceptRank'];
const table = choosers.map(([name, choose]) => ({
  name,
  ...(Object.fromEntries(verdicts.map((verdict) => [verdict, gain(seen, choose, verdict)])) as Record<Verdict, BestOfGain>),
}));
const all = seen.flat();
const gated = all.filter(({ subject }) => subject < 0.5);
const report = {
  hardware: await hardware(),
  judge: judge.heldOut,
  pictures: all.length,
  steps: plan.steps,
  of,
  table,
  gate: {
    rejected: gated.length / all.length,
    conceptOfRejected: gated.length > 0 ? mean(gated.map(({ concept }) => concept)) : null,
    conceptOfOthers: mean(all.filter(({ subject }) => subject >= 0.5).map(({ concept }) => concept)),
  },
  scoreSeconds,
  paintSeconds: secondsEach.length > 0 ? mean(secondsEach) : null,
};
if (values.json) console.log(JSON.stringify(report));
else {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const points = (value: number): string => `${value < 0 ? '' : '+'}${(value * 100).toFixed(1)}`;
  console.error(hardwareLine(report.hardware));
  console.log(
    `judge on rendered pictures of pairs it never saw: concept ${percent(judge.heldOut.concept)}, style ${percent(judge.heldOut.style)}`,
  );
  console.log(`${all.length} pictures, ${plan.steps} steps, best of ${of}; points with 95 % interval over ${plan.prompts.length} prompts`);
  for (const { name, ...row } of table) {
    console.log(name);
    for (const verdict of verdicts) {
      const { first, best: kept, gain: by, gainInterval } = row[verdict];
      console.log(
        `  ${verdict.padEnd(12)} first ${percent(first)}  kept ${percent(kept)}  ${points(by)} (${gainInterval.map(points).join(' to ')})`,
      );
    }
  }
  const { rejected, conceptOfRejected, conceptOfOthers } = report.gate;
  console.log(
    `gate of absent subjects: ${percent(rejected)} rejected; concept right in ${percent(conceptOfRejected ?? 0)} of them, in ${percent(conceptOfOthers)} of the others`,
  );
  console.log(
    `scoring ${(scoreSeconds * 1000).toFixed(1)} ms a picture${report.paintSeconds === null ? '' : `, painting ${report.paintSeconds.toFixed(2)} s (${percent(scoreSeconds / report.paintSeconds)})`}`,
  );
}
