/**
 * What saying a prompt in other words brings: subjects that the model has never read, drawn at random, painted with the prompt as it is and as
 * wordForBundled() says it, and how often the judge (bench/curation) names the subject.
 *
 *     npm run bench -- wordings [words]
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { seededRandom } from '../../lib/core/index.ts';
import { loadModel } from '../../lib/index.ts';
import { bundledModel, wordForBundled } from '../../lib/models/index.ts';
import { Judge } from '../curation/judge.ts';
import { shareIn } from './statistics.ts';

const count = Number(process.argv[2] ?? 60);
const seeds = [1, 2];
const judge = await Judge.load(new URL('../curation/judge.safetensors', import.meta.url).pathname);
const { wordings } = z
  .looseObject({ wordings: z.record(z.string(), z.array(z.string())) })
  .parse(JSON.parse(await readFile(bundledModel().wordings, 'utf8')));
const random = seededRandom(20261202);
// One word of each subject, so that kinds of trees do not outweigh the rest.
const drawn = Object.entries(wordings)
  .filter(([subject]) => judge.concepts.includes(subject))
  .map(([subject, words]) => ({ subject, word: words[Math.floor(random() * words.length)] ?? '', order: random() }))
  .sort((a, b) => a.order - b.order)
  .slice(0, count);

await using model = await loadModel({ threads: 1 });
async function named(prompt: string, subject: string): Promise<boolean[]> {
  const hits: boolean[] = [];
  for (const seed of seeds) {
    const [image] = (await model.generate({ prompt, seed })).images;
    if (!image) throw new Error(`no picture of ${prompt}`);
    const { concepts } = await judge.look(await image.toBuffer('png'));
    hits.push(judge.concepts[concepts.indexOf(Math.max(...concepts))] === subject);
  }
  return hits;
}

const all: Record<'as it is' | 'in other words', boolean[]> = { 'as it is': [], 'in other words': [] };
for (const { subject, word } of drawn) {
  const prompt = `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}, white background`;
  const worded = await wordForBundled(prompt);
  const [before, after] = [await named(prompt, subject), await named(worded.prompt, subject)];
  all['as it is'].push(...before);
  all['in other words'].push(...after);
  const hits = (found: boolean[]): number => found.filter(Boolean).length;
  console.log(`${word} -> ${worded.prompt}: ${hits(before)} and ${hits(after)} of ${seeds.length}`);
}
for (const [name, found] of Object.entries(all)) {
  const { value, low, high } = shareIn(found);
  const percent = (share: number): string => (100 * share).toFixed(1);
  console.log(`${name}: ${percent(value)} % of ${found.length} pictures named (${percent(low)} to ${percent(high)})`);
}
