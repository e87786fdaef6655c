import { bundledName, bundledVocabulary, describeBundled, promptDomain, wordForBundled } from '../../models/index.ts';
import { describeWordings } from '../../prompt/index.ts';
import type { PlannedPrompt } from '../loop/plan-prompt.ts';

/**
 * Says a prompt in the words of the bundled model, and records that in the derivation. Other models get the prompt as it is.
 *
 * @returns `painted`: what the model reads. The prompt of the plan stays what was asked for: titles say poodle where a dog is painted
 */
export async function withWordings(
  planned: PlannedPrompt,
  { model }: { model?: string | undefined },
): Promise<{ planned: PlannedPrompt; painted: string }> {
  if (model !== undefined && model !== bundledName) return { planned, painted: planned.prompt };
  const { prompt: painted, wordings } = await wordForBundled(planned.prompt);
  if (wordings.length === 0) return { planned, painted };
  return {
    planned: { ...planned, derivation: { ...planned.derivation, wordings }, lines: [...planned.lines, ...describeWordings({ wordings })] },
    painted,
  };
}

/**
 * Checks whether a prompt is far outside the bundled model's training. If so, records it in the derivation and returns a warning. Other models
 * are not checked.
 */
export async function withDomain(
  planned: PlannedPrompt,
  { model, domainCheck }: { model?: string | undefined; domainCheck: boolean },
): Promise<{ planned: PlannedPrompt; domainWarning?: string }> {
  if (!domainCheck || (model !== undefined && model !== bundledName)) return { planned };
  const { outside, unknown, words } = await promptDomain(planned.prompt);
  if (!outside) return { planned };
  return {
    planned: { ...planned, derivation: { ...planned.derivation, domain: { outside, unknown, words } } },
    domainWarning: `the bundled model was not trained on ${unknown.map((word) => JSON.stringify(word)).join(', ')}, which is most of the prompt: the picture will not show it. ${describeBundled(await bundledVocabulary())}. Larger models: ai-artist models list. --no-domain-check silences this`,
  };
}
