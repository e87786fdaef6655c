/** The result of an evaluation: a JSON file to compare later ones with, and a table for people. */
import { z } from 'zod';
import { type Estimate, mean } from './statistics.ts';

const share = z.number().min(0).max(1);
const estimate: z.ZodType<Estimate> = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const named = z.strictObject({
  /** Top-1 and top-5 of the judge's concepts, top-1 of its styles. */
  concept: share,
  concept5: share,
  style: share,
  /** Mean probability that the judge gives the right concept. */
  confidence: share,
});
const aligned = z.strictObject({
  /** Mean cosine with the picture's own caption and with the others. */
  own: z.number(),
  other: z.number(),
  /** Share where the own caption comes first, and among the first five, of all captions. */
  top1: share,
  top5: share,
});
const likeness = z.strictObject({ n: z.int(), psnr: z.number(), worst: z.number() });
/** Distances to the nearest training pictures: root mean square difference of 32 x 32 pixels, 0..255. */
const distances = z.strictObject({ min: z.number(), low: z.number(), median: z.number() });
const compared = z.strictObject({
  n: z.int(),
  painted: distances,
  /** Distances of real pictures with the same captions. */
  real: distances,
  /** Share of painted pictures that are closer to their neighbour than the real picture of the same caption is to its own. */
  nearer: estimate,
});

export const reportSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string(),
  hardware: z.string(),
  threads: z.int(),
  settings: z.strictObject({ steps: z.int(), cfgScale: z.number(), sampler: z.string(), scheduler: z.string() }),
  /** The judge's accuracy on rendered pictures of held-out pairs. */
  judge: z.strictObject({ concept: share, style: share }),
  retrieval: z.strictObject({
    n: z.int(),
    real: named,
    generated: named,
    /** Generated pictures judged by the caption of another picture. */
    shuffled: named,
    /** Top-1 of concepts, generated divided by real. */
    ratio: estimate,
  }),
  clip: z.strictObject({ n: z.int(), model: z.string(), real: aligned, generated: aligned, shuffled: aligned }),
  steps: z.strictObject({
    n: z.int(),
    few: z.int(),
    many: z.int(),
    /** The default sampler with many steps. */
    reference: named,
    rows: z.array(
      z.strictObject({
        sampler: z.string(),
        scheduler: z.string(),
        ...named.shape,
        /** Confidence with few steps divided by that of the reference. */
        ratio: estimate,
        /** Similarity to the reference's pictures of the same seeds, decibels. */
        psnr: z.number(),
      }),
    ),
  }),
  diversity: z.strictObject({
    /** Vendi scores of the pictures of the held-out captions and of the real ones. */
    n: z.int(),
    generated: z.number(),
    real: z.number(),
    /** Mean Vendi score of `seeds` pictures of one prompt, over `prompts` prompts: 1..seeds. */
    prompts: z.int(),
    seeds: z.int(),
    perPrompt: z.number(),
  }),
  autoencoder: z.strictObject({ n: z.int(), psnr: z.number(), worst: z.number() }),
  cost: z.strictObject({
    bytes: z.int(),
    loadSeconds: z.number().nullable(),
    paintSeconds: z.number().nullable(),
    upscaleSeconds: z.number(),
  }),
  /** See neighbours.ts for the meaning. */
  neighbours: z
    .strictObject({
      training: z.int(),
      heldOut: compared,
      trained: compared,
      /** Shares with a distance below that of every held-out picture. */
      copies: z.strictObject({ limit: z.number(), painted: estimate, training: estimate }),
    })
    .optional(),
  /** The bundled weights compared with the exported ones before rounding; `sameWeights`: with exactly the weights that PyTorch had. */
  parity: z.strictObject({ ...likeness.shape, sameWeights: likeness.optional() }).optional(),
});
export type Report = z.output<typeof reportSchema>;
export type Named = z.output<typeof named>;
export type Aligned = z.output<typeof aligned>;
export type Compared = z.output<typeof compared>;

type Cell = number | null | undefined;
const percent = (value: Cell): string => (value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
const fixed = (value: Cell, digits = 2): string => (value === null || value === undefined ? '–' : value.toFixed(digits));
const interval = ({ value, low, high }: Estimate): string => `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

const percents = ({ value, low, high }: Estimate): string => `${percent(value)} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;

interface Row {
  name: string;
  of: (report: Report) => string;
}

const rows: Row[] = [
  { name: 'concept named, real pictures', of: ({ retrieval }) => percent(retrieval.real.concept) },
  { name: 'concept named, painted', of: ({ retrieval }) => percent(retrieval.generated.concept) },
  { name: 'concept among the first five, painted', of: ({ retrieval }) => percent(retrieval.generated.concept5) },
  { name: 'concept named, captions shuffled', of: ({ retrieval }) => percent(retrieval.shuffled.concept) },
  { name: 'painted / real (at least 0.6)', of: ({ retrieval }) => interval(retrieval.ratio) },
  { name: 'style named, real pictures', of: ({ retrieval }) => percent(retrieval.real.style) },
  { name: 'style named, painted', of: ({ retrieval }) => percent(retrieval.generated.style) },
  { name: 'CLIP: own caption first, real', of: ({ clip }) => percent(clip.real.top1) },
  { name: 'CLIP: own caption first, painted', of: ({ clip }) => percent(clip.generated.top1) },
  { name: 'CLIP: own caption first, shuffled', of: ({ clip }) => percent(clip.shuffled.top1) },
  {
    name: 'CLIP cosine with own and other captions, painted',
    of: ({ clip }) => `${fixed(clip.generated.own)} and ${fixed(clip.generated.other)}`,
  },
  { name: 'few steps / many steps, best sampler (at least 0.95)', of: ({ steps }) => bestSteps(steps) },
  { name: 'Vendi score, painted and real', of: ({ diversity }) => `${fixed(diversity.generated, 1)} and ${fixed(diversity.real, 1)}` },
  { name: 'Vendi score of the seeds of one prompt', of: ({ diversity }) => `${fixed(diversity.perPrompt)} of ${diversity.seeds}` },
  { name: 'autoencoder', of: ({ autoencoder }) => `${fixed(autoencoder.psnr, 1)} dB` },
  {
    name: 'engine against PyTorch, same weights and noise (at least 40 dB)',
    of: ({ parity }) => parityLine(parity?.sameWeights),
  },
  { name: 'the same, against the weights before they were rounded for the package', of: ({ parity }) => parityLine(parity) },
  {
    name: 'nearest training picture: painted, real of the same held-out captions (RMS, median)',
    of: ({ neighbours: found }) => (found ? `${fixed(found.heldOut.painted.median, 1)}, ${fixed(found.heldOut.real.median, 1)}` : '–'),
  },
  {
    name: 'painted nearer than the real one: held-out captions (at most 0.5)',
    of: ({ neighbours: found }) => (found ? interval(found.heldOut.nearer) : '–'),
  },
  {
    name: 'painted nearer than the real one: captions trained on (at most 0.5)',
    of: ({ neighbours: found }) => (found ? interval(found.trained.nearer) : '–'),
  },
  {
    name: 'copies: painted, training pictures of each other',
    of: ({ neighbours: found }) => (found ? `${percents(found.copies.painted)}, ${percents(found.copies.training)}` : '–'),
  },
  {
    name: 'seconds: load, paint, enlarge to 512',
    of: ({ cost }) => `${fixed(cost.loadSeconds)}, ${fixed(cost.paintSeconds)}, ${fixed(cost.upscaleSeconds, 1)}`,
  },
  { name: 'all files', of: ({ cost }) => `${(cost.bytes / 1e6).toFixed(1)} MB` },
];

function parityLine(found: z.output<typeof likeness> | undefined): string {
  return found ? `${fixed(found.worst, 1)} dB or more, mean ${fixed(found.psnr, 1)} of ${found.n}` : '–';
}

/** The sampler that keeps the most quality with few steps. */
export function bestRow({ rows: found }: Report['steps']): Report['steps']['rows'][number] | undefined {
  return found.toSorted((a, b) => b.ratio.value - a.ratio.value)[0];
}

function bestSteps(steps: Report['steps']): string {
  const best = bestRow(steps);
  return best ? `${interval(best.ratio)}, ${best.sampler}/${best.scheduler}` : '–';
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The tables, with one column per report. */
export function markdown(reports: readonly Report[], titles: readonly string[]): string {
  const [last] = reports.slice(-1);
  if (!last) throw new RangeError('markdown: expected at least one report, got none');
  const { retrieval, steps, settings, threads, hardware } = last;
  const few = steps.rows.map(({ sampler, scheduler, concept, style, confidence, ratio, psnr }) => [
    `${sampler}/${scheduler}`,
    percent(concept),
    percent(style),
    percent(confidence),
    interval(ratio),
    fixed(psnr, 1),
  ]);
  return [
    `${retrieval.n} held-out pairs, ${settings.steps} steps, cfg ${settings.cfgScale}, ${settings.sampler}/${settings.scheduler}, ${threads} thread${threads === 1 ? '' : 's'}; intervals are 95 %. ${hardware}`,
    table(
      ['', ...titles],
      rows.map(({ name, of }) => [name, ...reports.map(of)]),
    ),
    `${steps.few} steps against ${steps.many} of ${settings.sampler}/${settings.scheduler} (concept ${percent(steps.reference.concept)}, style ${percent(steps.reference.style)}, confidence ${percent(steps.reference.confidence)}), ${steps.n} prompts, same seeds${titles.length > 1 ? `, ${titles.at(-1)}` : ''}:`,
    table(['sampler', 'concept', 'style', 'confidence', 'confidence / reference', 'PSNR to it, dB'], few),
  ].join('\n\n');
}

/** Minimum, 5 % quantile and median of a list. */
export function quantiles(values: readonly number[]): { min: number; low: number; median: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return { min: at(0), low: at(0.05), median: at(0.5) };
}

export { mean };
