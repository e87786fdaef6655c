import { defined } from '../../core/index.ts';
import { bracketNegatives } from './foreign-json.ts';
import type { PartialRecipe } from './recipe.ts';
import { engineNames } from './sampler-names.ts';

/** Programs that write their settings in the form of a command line. */

function number(text: string | undefined): number | undefined {
  const parsed = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(parsed) ? parsed : undefined;
}

function whole(text: string | undefined, minimum: number): number | undefined {
  const parsed = number(text);
  return parsed !== undefined && Number.isSafeInteger(parsed) && parsed >= minimum ? parsed : undefined;
}

/** InvokeAI 1 and 2 (`Dream`): `"a prompt [negative]" -s 50 -S 123 -W 512 -H 512 -C 7.5 -A k_lms`. */
export function dreamRecipe(line: string): PartialRecipe | undefined {
  const end = line.lastIndexOf('"');
  if (!line.startsWith('"') || end < 1) return undefined;
  const flags = new Map<string, string>();
  for (const match of line.slice(end + 1, end + 2000).matchAll(/(?:^|\s)-([A-Za-z])\s?([^\s-]\S*)/g)) {
    const [, flag = '', value = ''] = match;
    if (!flags.has(flag)) flags.set(flag, value);
  }
  const { prompt, negative } = bracketNegatives(line.slice(1, end));
  const strength = number(flags.get('f'));
  return defined<PartialRecipe>({
    mode: flags.has('I') ? 'img2img' : undefined,
    prompt,
    negativePrompt: negative,
    seed: whole(flags.get('S'), 0),
    steps: whole(flags.get('s'), 0),
    ...engineNames(flags.get('A')),
    cfgScale: number(flags.get('C')),
    width: whole(flags.get('W'), 1),
    height: whole(flags.get('H'), 1),
    denoisingStrength: flags.has('I') ? strength : undefined,
    software: 'InvokeAI',
  });
}

const jobId = /\bJob ID: ([0-9a-f-]{36})\b/i;
const flag = /\s(?:--|—)([a-z]{1,16})\b/;
const versionFlag = /(?:^|\s)(?:--|—)(?:v|niji|ar)\s+[\d.]/;

/** Midjourney's description: the prompt, its flags, the job's id. undefined for other texts. */
export function midjourneyRecipe(description: string): PartialRecipe | undefined {
  const job = jobId.exec(description)?.[1];
  if (job === undefined && !versionFlag.test(description)) return undefined;
  const text = description.replace(jobId, '').trim();
  const first = text.search(flag);
  const flags = new Map<string, string>();
  if (first >= 0) {
    for (const part of text.slice(first, first + 5000).split(/\s(?:--|—)/)) {
      const space = part.search(/\s|$/);
      if (part !== '') flags.set(part.slice(0, space), part.slice(space).trim());
    }
  }
  const take = (name: string): string | undefined => {
    const value = flags.get(name);
    flags.delete(name);
    return value;
  };
  const version = take('v') ?? take('version');
  return defined<PartialRecipe>({
    prompt: first < 0 ? text : text.slice(0, first).trim(),
    negativePrompt: take('no'),
    seed: whole(take('seed'), 0),
    software: version === undefined ? 'Midjourney' : `Midjourney ${version}`,
    extra:
      job === undefined && flags.size === 0 ? undefined : { ...Object.fromEntries(flags), ...(job !== undefined && { 'Job ID': job }) },
  });
}
