/** Plans a work, and rejects invalid options, before any model is loaded. */
import { checkFolder, resolveOptions } from '../../core/index.ts';
import { CurationMemory, memoryRepairLine, type Weights } from '../../curation/index.ts';
import { drawSeed, type GenerateOptions, generateOptions, type LoadModelOptions } from '../../engine/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { takeLoraTags } from '../../lora/index.ts';
import type { LlmWriter } from '../llm/writer.ts';
import { withDomain, withWordings } from '../models/domain.ts';
import { checkClipPath } from '../models/prompt-scorer.ts';
import { readTaste, type TasteFile, tastePath } from '../taste/taste-file.ts';
import type { Workplace } from '../workplace.ts';
import type { CandidateCount } from './candidates.ts';
import { type PlannedPrompt, planPrompt } from './plan-prompt.ts';
import type { CurationSettings, Settled } from './settle.ts';
import type { SubjectHold } from './subject-book.ts';

/** Everything that planning one work needs. */
export interface PlanPlace extends Workplace {
  signal: AbortSignal;
  hold: SubjectHold;
  writer: LlmWriter | undefined;
}

/** Everything that is decided before the model is loaded, which may take minutes. */
export interface Plan {
  /** As asked for or chosen. */
  prompt: string;
  /** In the words of the model. */
  painted: string;
  planned: PlannedPrompt;
  /** Warning to show once the plan is accepted. */
  domainWarning?: string;
  seed: number;
  count: CandidateCount;
  /** undefined: do not file the work. */
  gallery: Gallery | undefined;
  options: GenerateOptions;
  /** Options of loadModel(), without the model. */
  load: LoadModelOptions;
  weights: Weights;
  curation: CurationSettings;
  taste: TasteFile | undefined;
  memory: CurationMemory | undefined;
}

export async function plan(settled: Settled, { home, gallery: own, ...place }: PlanPlace): Promise<Plan> {
  const { wishes, paint, load, weights, prompt: settings, curation } = settled;
  // 'auto' weighs scores against seconds; without scores it means the default.
  const count = wishes.candidates === 'auto' && !wishes.score ? undefined : wishes.candidates;
  if (wishes.score) await checkClipPath(wishes.clip);
  const seed = settled.seed ?? drawSeed();
  const gallery = wishes.gallery ? own : undefined;
  const asked = takeLoraTags(wishes.prompt ?? '');
  const written = await planPrompt(wishes.prompt === undefined ? wishes : { ...wishes, prompt: asked.prompt }, {
    ...place,
    settings,
    home,
    seed,
    gallery,
  });
  // Styles add LoRA tags, too. Only generate() gets the tags: titles, scores and duplicate checks use the words alone.
  const styled = takeLoraTags(written.prompt);
  for (const problem of [...asked.problems, ...styled.problems]) place.warn(problem);
  const { planned, painted } = await withWordings({ ...written, prompt: styled.prompt }, wishes);
  const { prompt, negativePrompt } = planned;
  const tagged = [painted, ...[...asked.tags, ...styled.tags].map(({ text }) => text)].filter(Boolean).join(' ');
  const loras = [...(paint.loras ?? []), ...planned.loras];
  const options = { negativePrompt, ...paint, ...(loras.length > 0 && { loras }), prompt: tagged, seed } as GenerateOptions;
  resolveOptions('create', generateOptions, options);
  if (gallery) await checkFolder(gallery.folder, gallery.folder);
  const isScored = wishes.score && (count === 'auto' || (count ?? 1) > 1);
  return {
    prompt,
    painted,
    ...(await withDomain(planned, wishes)),
    seed,
    count,
    gallery,
    options,
    load,
    weights,
    curation,
    taste: isScored ? await readTaste(curation.taste ?? tastePath(home), curation.taste !== undefined) : undefined,
    memory: gallery && new CurationMemory({ home, gallery, onRepair: (repair) => place.warn(memoryRepairLine(repair)) }),
  };
}
