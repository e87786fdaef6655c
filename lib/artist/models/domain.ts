import { bundledName, bundledVocabulary, describeBundled, promptDomain } from '../../models/index.ts';
import type { PlannedPrompt } from '../loop/plan-prompt.ts';

/**
 * Whether a prompt is far outside what the bundled model was trained on: recorded in the derivation, and a line that says so. Other models are
 * not looked at.
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
