import { altTextOf } from '../words/alt-text.ts';
import { promptParts } from '../words/parts.ts';
import { titleOf } from '../words/title.ts';
import type { Plan, PlanPlace } from './plan.ts';

/** Works whose titles are not used again. */
const titlesRemembered = 200;

/** What a work is called and how it is described, and the derivation of its prompt with what a language model said about it. */
export interface NamedWork {
  title: string;
  altText: string;
  derivation: Record<string, unknown>;
}

/** Title and alternative text: of a language model where the settings name one, else from the parts of the prompt. Throws what gallery.list() throws; the signal's reason. */
export async function nameWork(
  { gallery, prompt, planned }: Plan,
  { writer, signal, warn }: Pick<PlanPlace, 'writer' | 'signal' | 'warn'>,
): Promise<NamedWork> {
  const { derivation } = planned;
  const parts = promptParts(prompt, derivation);
  const taken = gallery ? (await gallery.list({ limit: titlesRemembered })).works.flatMap(({ title }) => title ?? []) : [];
  const template = { title: titleOf(parts, taken), altText: altTextOf(parts) };
  const written = await writer?.words({ prompt, parts, taken, template }, signal);
  if (!written) return { ...template, derivation };
  if ('failed' in written.record) warn(`title and alternative text are those of the rules: ${written.record.failed}`);
  const before = derivation['llm'] as Record<string, unknown> | undefined;
  return { ...(written.value ?? template), derivation: { ...derivation, llm: { ...before, words: written.record } } };
}
