import { bundledName, bundledVocabulary, describeBundled, promptDomain } from '../../models/index.ts';
import type { PlannedPrompt } from '../loop/plan-prompt.ts';

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
