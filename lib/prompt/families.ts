import { answering } from '../core/index.ts';

/** bundled: the phrases that the bundled model was trained on. tags: words with commas (CLIP). sentences: prose (T5 and language models). */
export const promptFamilies = ['bundled', 'tags', 'sentences'] as const;
export type PromptFamily = (typeof promptFamilies)[number];

export interface FamilyRules {
  /** Tokens the text encoder reads, without start and end. */
  maxTokens: number;
  /** Separator of parts. If the prompt is too long, the last part is dropped first. */
  separator: string;
  /** The negative prompt; undefined if the family does not use one. */
  negative: string | undefined;
  templates: readonly { value: string; weight: number }[];
  /** Groups of modifiers, in the order in which they are chosen. */
  groups: readonly string[];
}

export const familyRules: Readonly<Record<PromptFamily, FamilyRules>> = {
  bundled: {
    maxTokens: 75,
    separator: ', ',
    negative: undefined,
    templates: [{ value: '{style} of {subject} {background}', weight: 1 }],
    groups: ['background'],
  },
  tags: {
    maxTokens: 75,
    separator: ', ',
    negative: 'blurry, low quality, jpeg artefacts, watermark, signature, text, frame',
    templates: [
      { value: '{style} of {subject}{?light:, {light}}{?composition:, {composition}}', weight: 2 },
      { value: '{subject}, {style}{?composition:, {composition}}{?light:, {light}}', weight: 1 },
    ],
    groups: ['light', 'composition'],
  },
  sentences: {
    maxTokens: 256,
    separator: '. ',
    negative: undefined,
    templates: [
      { value: 'A {style} of {subject}{?light: in {light}}.{?composition: The picture is composed as {composition}.}', weight: 2 },
      { value: 'A {style}{?composition:, {composition},} showing {subject}.{?light: The scene lies in {light}.}', weight: 1 },
    ],
    groups: ['light', 'composition'],
  },
};

/**
 * The prompt style of a model.
 *
 * @param model name of its family as `models inspect` shows it ("sdxl", "flux"), "bundled" for the bundled one, undefined if unknown
 */
export const promptFamilyOf = answering('promptFamilyOf', (model: string | undefined): PromptFamily => {
  if (model === 'bundled') return 'bundled';
  // Unknown models are most likely based on Stable Diffusion; tags do little harm elsewhere.
  return model === undefined || /^(sd1|sd2|sdxs|sdxl|instruct-pix2pix|svd)/.test(model) ? 'tags' : 'sentences';
});

/**
 * Estimates the tokens of a text: one for each word or punctuation mark, and one more for each 8 letters of a long word. High for English:
 * CLIP's tokenizer has one token for most words.
 */
export function estimateTokens(text: string): number {
  const parts = text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
  return parts.reduce((sum, part) => sum + Math.max(1, Math.ceil(part.length / 8)), 0);
}
