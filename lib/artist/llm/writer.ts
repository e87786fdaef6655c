/** Prompts, titles and alternative texts written by a language model. If it fails, the template's words are used and the reason is recorded. */
import * as z from 'zod';
import { type Config, readSecret } from '../../config/index.ts';
import { errorLine, isArtistError } from '../../core/index.ts';
import { estimateTokens, familyRules, type PromptFamily } from '../../prompt/index.ts';
import type { PromptParts } from '../words/parts.ts';
import { longestTitle } from '../words/title.ts';
import type { Workplace } from '../workplace.ts';
import { type LlmAnswer, LlmClient } from './client.ts';

/** Recorded in the derivation of the work: the model's answer, or why there is none. */
export type LlmRecord =
  | { server: string; model: string; text: string; tries: number /** The template's words. */; replaced: unknown }
  | { server: string; model: string; failed: string };

export interface Written<T> {
  /** undefined: use the template's words. */
  value: T | undefined;
  record: LlmRecord;
}

const line = (longest: number) =>
  z
    .string()
    .max(longest * 2)
    .transform((text) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim())
    .refine((text) => text.length > 0 && text.length <= longest);

const promptAnswer = z.looseObject({ prompt: line(2000) });
const wordsAnswer = z.looseObject({ title: line(longestTitle), altText: line(600) });

const rules = 'Answer with one JSON object and nothing else. British spelling. No names of artists, brands or living people.';
const promptSystem = `You write prompts for a text-to-image model. You get the parts of a picture and write them out as one vivid, concrete prompt. Keep subject and style as they are named; add only what can be seen. ${rules} Its form: {"prompt": "…"}`;
const wordsSystem = `You name pictures and describe them for people who cannot see them. You get the words that a picture was painted for; say nothing that is not in them. ${rules} Its form: {"title": "…", "altText": "…"}. title: at most 6 words and ${longestTitle} characters, without quotation marks, none of the titles that are taken. altText: one or two sentences, first what is seen, then how it is made; not beginning with "picture of".`;

/** How many taken titles the model is told, at most. */
const mostTitles = 40;

export class LlmWriter {
  readonly #client: LlmClient;
  readonly #model: string;
  readonly #does: { prompts: boolean; words: boolean };

  constructor(client: LlmClient, { model, prompts, words }: { model: string; prompts: boolean; words: boolean }) {
    this.#client = client;
    this.#model = model;
    this.#does = { prompts, words };
  }

  /**
   * Writes a prompt from its parts. undefined: prompts are switched off, or the model is the bundled one, which knows only the phrases of its
   * training.
   *
   * @throws `signal.reason` when aborted
   */
  async prompt(
    { parts, family, template }: { parts: PromptParts; family: PromptFamily; template: string },
    signal: AbortSignal,
  ): Promise<Written<string> | undefined> {
    if (!this.#does.prompts || family === 'bundled') return undefined;
    const { maxTokens } = familyRules[family];
    const form = family === 'tags' ? 'phrases with commas between them' : 'one to three sentences';
    const words = Math.floor(maxTokens * 0.7);
    const asked = JSON.stringify({ ...parts, form, atMostWords: words });
    const schema = promptAnswer.refine(({ prompt }) => estimateTokens(prompt) <= maxTokens);
    return this.#written(
      () => this.#client.ask(promptSystem, asked, schema, signal),
      ({ prompt }) => prompt,
      template,
      signal,
    );
  }

  /**
   * Writes the title and the alternative text. undefined: they are switched off.
   *
   * @throws `signal.reason` when aborted
   */
  async words(
    {
      prompt,
      parts,
      taken,
      template,
    }: { prompt: string; parts: PromptParts; taken: readonly string[]; template: { title: string; altText: string } },
    signal: AbortSignal,
  ): Promise<Written<{ title: string; altText: string }> | undefined> {
    if (!this.#does.words) return undefined;
    const asked = JSON.stringify({ prompt, ...parts, taken: taken.slice(0, mostTitles) });
    const used = new Set(taken.map((title) => title.toLowerCase()));
    const schema = wordsAnswer.refine(({ title }) => !used.has(title.toLowerCase()));
    return this.#written(
      () => this.#client.ask(wordsSystem, asked, schema, signal),
      ({ title, altText }) => ({ title, altText }),
      template,
      signal,
    );
  }

  async #written<A, T>(ask: () => Promise<LlmAnswer<A>>, take: (value: A) => T, replaced: T, signal: AbortSignal): Promise<Written<T>> {
    const { server } = this.#client;
    try {
      const { value, text, model, tries } = await ask();
      return { value: take(value), record: { server, model, text, tries, replaced } };
    } catch (error) {
      signal.throwIfAborted();
      if (!isArtistError(error)) throw error;
      return { value: undefined, record: { server, model: this.#model, failed: errorLine(error) } };
    }
  }
}

/**
 * The writer that the settings name; undefined: no `llm.url` is set.
 *
 * @throws ArtistError ERR_CONFIG when its key cannot be read
 */
export async function writerOf(
  { llm }: Pick<Config, 'llm'>,
  { home, fetch, clock }: Pick<Workplace, 'home' | 'fetch' | 'clock'>,
): Promise<LlmWriter | undefined> {
  const { url, model, prompts, words } = llm;
  if (url === undefined) return undefined;
  return new LlmWriter(await llmClientOf({ llm }, { home, fetch, clock }), { model, prompts, words });
}

/**
 * The client of the language model that the settings name.
 *
 * @throws ArtistError ERR_CONFIG when none is named, or its key cannot be read
 */
export async function llmClientOf(
  { llm }: Pick<Config, 'llm'>,
  { home, fetch, clock }: Pick<Workplace, 'home'> & Partial<Pick<Workplace, 'fetch' | 'clock'>>,
): Promise<LlmClient> {
  const { url = '', model, apiKey, timeoutSeconds, retries, temperature } = llm;
  const key = apiKey === undefined ? undefined : await readSecret(apiKey, 'llm.apiKey', { home });
  return new LlmClient({ url, model, apiKey: key, timeoutMs: timeoutSeconds * 1000, retries, temperature, fetch, clock });
}
