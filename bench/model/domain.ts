/**
 * How often is promptDomain() wrong? domain.json holds handwritten prompts that people could type: `tuned` before the limit of one half was
 * chosen, `fresh` after. For comparison, what CLIP would say: the cosine with the nearest of the captions of all styles and core subjects.
 *
 *     npm run bench -- domain
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadClip, similarity } from '../../lib/doors/clip.ts';
import { promptDomain } from '../../lib/doors/models.ts';
import { bundledVocabulary } from '../../lib/models/index.ts';

const listsSchema = z.record(z.string(), z.strictObject({ inside: z.array(z.string()).min(1), outside: z.array(z.string()).min(1) }));
const lists = listsSchema.parse(JSON.parse(await readFile(new URL('domain.json', import.meta.url), 'utf8')));

/** Probability that a prompt outside scores higher than one inside; 0.5 is guessing. */
function area(outside: readonly number[], inside: readonly number[]): number {
  const wins = outside.flatMap((a) => inside.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
}

const { styles, subjects } = await bundledVocabulary();
await using clip = await loadClip({ threads: 1 });
const captions = await clip.embedTexts(styles.flatMap((style) => subjects.map((subject) => `${style} of a ${subject}`)));
const distances = async (prompts: readonly string[]): Promise<number[]> =>
  (await clip.embedTexts([...prompts])).map((one) => 1 - Math.max(...captions.map((caption) => similarity(one, caption))));

for (const [name, { inside, outside }] of Object.entries(lists)) {
  const [within, beyond] = [await Promise.all(inside.map(promptDomain)), await Promise.all(outside.map(promptDomain))];
  const alarms = inside.filter((_, index) => within[index]?.outside);
  const missed = outside.filter((_, index) => !beyond[index]?.outside);
  const share = (found: typeof within): number[] => found.map(({ unknown, words }) => unknown.length / Math.max(1, words));
  const percent = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`;
  console.log(
    `${name}: ${percent(alarms.length, inside.length)} of ${inside.length} prompts inside warned, ${percent(missed.length, outside.length)} of ${outside.length} outside missed; area under the curve ${area(share(beyond), share(within)).toFixed(3)}, by CLIP ${area(await distances(outside), await distances(inside)).toFixed(3)}`,
  );
  for (const prompt of alarms) console.log(`  warned: ${prompt}`);
  for (const prompt of missed) console.log(`  missed: ${prompt}`);
}
