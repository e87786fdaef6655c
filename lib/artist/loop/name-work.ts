import { altTextOf } from '../words/alt-text.ts';
import { promptParts } from '../words/parts.ts';
import { titleOf } from '../words/title.ts';
import type { Plan, PlanPlace } from './plan.ts';

/** The titles of this many newest works are not used again. */
const titlesRemembered = 200;

/** Title and alternative text of a work, and the derivation of its prompt with the record of a language model's answer. */
export interface NamedWork {
  title: string;
  altText: string;
  derivation: Record<string, unknown>;
}

/**
 * Title and alternative text: written by a language model if the settings name one, else made from the parts of the prompt.
 *
 * @throws every error of Gallery.list(); `signal.reason` when aborted
 */
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
