/** The pictures for bench/curation: prompts in the bundled model's own grammar, painted once and kept on disk. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type RandomSource, seededRandom } from '../../lib/core/index.ts';
import { loadModel } from '../../lib/index.ts';
import { bundledModel } from '../../lib/models/index.ts';

const vocabularySchema = z.looseObject({
  styles: z.record(z.string(), z.looseObject({ phrases: z.array(z.string()).min(1) })),
  backgrounds: z.looseObject({ scenes: z.record(z.string(), z.array(z.string()).min(1)), colors: z.array(z.string()).min(1) }),
  core: z.array(z.string()).min(1),
});

export interface PlannedPrompt {
  concept: string;
  style: string;
  /** Text after the subject, with its joining words: " in the snow", ", white background" or nothing. */
  place: string;
}

export interface Plan {
  prompts: PlannedPrompt[];
  /** Index of the first of them in the list of all; seeds depend on it. */
  first: number;
  /** All style phrases that prompts use. */
  styles: string[];
  seeds: number;
  steps: number;
}

export const sentence = ({ concept, style, place }: PlannedPrompt): string => `${style} of ${withArticle(concept)}${place}`;

/** Adds the article as in the captions that the bundled model was trained on. */
function withArticle(label: string): string {
  if (/^(?:the|a|an) /.test(label) || (label.endsWith('s') && !label.endsWith('ss'))) return label;
  return `${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label}`;
}

function shuffled<T>(items: readonly T[], random: RandomSource): T[] {
  const list = [...items];
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other] as T, list[at] as T];
  }
  return list;
}

/**
 * Chooses different concepts, cycles through the styles, and draws backgrounds with the frequencies of the training pictures. Nothing is
 * picked by hand.
 */
export async function planPictures(prompts: number, seeds: number, steps: number, skip = 0): Promise<Plan> {
  const { vocabulary: file } = bundledModel();
  const vocabulary = vocabularySchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const styles = Object.values(vocabulary.styles).flatMap(({ phrases }) => phrases.slice(0, 1));
  const scenes = Object.values(vocabulary.backgrounds.scenes).flatMap((phrases) => phrases.slice(0, 1));
  const { colors } = vocabulary.backgrounds;
  const random = seededRandom(20261125);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const concepts = shuffled(vocabulary.core, random).slice(0, skip + prompts);
  if (concepts.length < skip + prompts)
    throw new RangeError(`--prompts and --skip: expected at most ${concepts.length} together, got ${skip + prompts}`);
  return {
    styles,
    seeds,
    steps,
    first: skip,
    prompts: concepts
      .map((concept, index) => {
        const share = random();
        const place = share < 0.42 ? '' : share < 0.6 ? `, ${pick(colors)} background` : ` ${pick(scenes)}`;
        return { concept, style: styles[index % styles.length] ?? '', place };
      })
      .slice(skip),
  };
}

export const seedOf = ({ first }: Plan, prompt: number, index: number): number => (first + prompt) * 1000 + index;

/** Paints the pictures missing in the folder. Files are named by prompt and seed, so an interrupted run continues where it stopped. */
export async function paintAll(
  plan: Plan,
  folder: string,
  threads: number | undefined,
): Promise<{ files: string[][]; secondsEach: number[] }> {
  const place = join(folder, `steps-${plan.steps}`);
  await mkdir(place, { recursive: true });
  const secondsEach: number[] = [];
  const files = plan.prompts.map((prompt, index) =>
    Array.from({ length: plan.seeds }, (_, seed) =>
      join(place, `${sentence(prompt).replace(/[^a-z0-9]+/g, '-')}-${seedOf(plan, index, seed)}.png`),
    ),
  );
  const missing = (
    await Promise.all(
      files.flatMap((list, prompt) =>
        list.map(async (file, seed) => {
          const present = await readFile(file).then(
            () => true,
            () => false,
          );
          return present ? [] : [{ file, prompt, seed }];
        }),
      ),
    )
  ).flat();
  if (missing.length === 0) return { files, secondsEach };
  const model = await loadModel(threads === undefined ? {} : { threads });
  try {
    for (const [done, { file, prompt, seed }] of missing.entries()) {
      const planned = plan.prompts[prompt];
      if (!planned) continue;
      const started = performance.now();
      const { images } = await model.generate({ prompt: sentence(planned), seed: seedOf(plan, prompt, seed), steps: plan.steps });
      secondsEach.push((performance.now() - started) / 1000);
      const [image] = images;
      if (!image) throw new Error(`no picture for ${file}`);
      await writeFile(`${file}.part`, await image.toBuffer('png'));
      await rename(`${file}.part`, file);
      if (done % 20 === 0) console.error(`painted ${done} of ${missing.length}`);
    }
  } finally {
    await model.dispose();
  }
  return { files, secondsEach };
}
