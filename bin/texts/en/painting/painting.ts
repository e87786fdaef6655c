/** Progress and outcomes of painting: `create`, `generate`, `vary`, `inpaint`, `upscale`, `reproduce`, `series`. */
import { form, works } from '../words.ts';

export const painting = {
  loading: 'loading the model',
  loadingUpscaler: 'loading the upscaler',
  readingPrompt: 'reading the prompt',
  readingPicture: 'reading the picture',
  painting: ({ place }: { place: string }) => `painting${place}`,
  developing: ({ place }: { place: string }) => `developing${place}`,
  enlarging: 'enlarging',
  converting: 'converting',
  of: ({ n, all }: { n: number; all: number }) => ` ${n} of ${all}`,
  again: ({ n }: { n: number }) => ` again (${n})`,
  subject: ({ prompt }: { prompt: string }) => `subject: ${prompt}`,
  rejected: ({ seed, reason }: { seed: number; reason: string }) => `candidate with seed ${seed} rejected: ${reason}`,
  known: 'this very picture is in the gallery already, and was not filed again (--allow-duplicate files it)',
  lastResort: 'no candidate passed the gates, so the best of them was kept. Try other seeds, more --steps or another --cfg-scale',
  created: (facts: {
    title: string;
    work: string | undefined;
    seed: number;
    size: string;
    times: string;
    on: string;
    curation: string;
    n: number;
  }) =>
    `${facts.title}: ${facts.work === undefined ? '' : `work ${facts.work}, `}seed ${facts.seed}, ${facts.size}, ${facts.times}, ${facts.on}; curation: ${facts.curation} (${facts.n} painted)`,
  on: ({ model, device }: { model: string; device: string }) => `${model} on ${device}`,
  generated: (facts: { seeds: string; size: string; steps: number; times: string; on: string }) =>
    `seed ${facts.seeds}, ${facts.size}, ${facts.steps} ${form(facts.steps, { one: 'step', other: 'steps' })}, ${facts.times}, ${facts.on}`,
  filed: ({ id, name, seed }: { id: string; name: string; seed: number | undefined }) => `work ${id}: ${name}, seed ${seed}`,
  enlarged: ({ id, size, times }: { id: string | undefined; size: string; times: string }) =>
    `${id === undefined ? '' : `work ${id}, `}${size}, ${times}`,
  inList: ({ line, title, id, times }: { line: number; title: string; id: string | undefined; times: string }) =>
    `line ${line}: ${title}, work ${id}, ${times}`,
  lineFailed: ({ line, why }: { line: number; why: string }) => `line ${line}: ${why}`,
  listed: ({ now, there, id, name }: { now: number; there: number; id: string; name: string }) =>
    `${works(now)} painted${there > 0 ? `, ${there} there from before` : ''}: series ${id} (${name})`,
  anew: ({ id }: { id: string }) => `To paint them all anew: ai-artist series end ${id}`,
  tryAgain: ({ failed }: { failed: string }) => `${failed}. The same command tries them again`,
};
