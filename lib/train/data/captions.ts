import * as z from 'zod';
import { rows, shapeOf } from '../../engine/index.ts';
import { splitTags } from '../../lora/index.ts';
import { type Draw, shuffled } from './counter-random.ts';

const share = (): z.ZodNumber => z.number().min(0).max(1);

/** How the text of a picture becomes the caption of a training step: one row per option, see lib/engine/options/row.ts. */
export const captionRows = rows({
  /** Word for what is learned, e.g. "sks style". It is put first if the caption does not contain it. */
  trigger: {
    schema: z.string().min(1).optional(),
    help: 'Trigger word for what is learned; put first in captions without it',
    flag: 'trigger',
  },
  /** Text before every caption. */
  prefix: { schema: z.string().default(''), help: 'Text before every caption', flag: 'caption-prefix' },
  /** Text after every caption. */
  suffix: { schema: z.string().default(''), help: 'Text after every caption', flag: 'caption-suffix' },
  /** Shuffle the tags (the parts between commas) at each step. Default false, because captions may be sentences. */
  shuffleTags: { schema: z.boolean().default(false), help: 'Shuffle the tags of captions at each step', flag: 'shuffle-tags' },
  /** Number of leading tags that are never moved or dropped, 0 or more. Default 0; the trigger always stays. */
  keepTokens: { schema: z.int().min(0).default(0), help: 'Leading tags that are never moved or dropped', flag: 'keep-tokens' },
  /**
   * Share of steps without a caption, 0..1. The model then learns the style without a prompt, which classifier-free guidance needs. Default
   * 0.
   */
  captionDropout: { schema: share().default(0), help: 'Share of steps without a caption', flag: 'caption-dropout' },
  /** Probability of dropping each tag, 0..1. Default 0. */
  tagDropout: { schema: share().default(0), help: 'Probability of dropping each tag', flag: 'tag-dropout' },
});

export const captionOptions = z.strictObject(shapeOf(captionRows));
export type CaptionOptions = z.input<typeof captionOptions>;
export type ResolvedCaptions = z.output<typeof captionOptions>;

const clean = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Whether captions differ from step to step. */
export function captionsVary({ shuffleTags, captionDropout, tagDropout }: ResolvedCaptions): boolean {
  return shuffleTags || captionDropout > 0 || tagDropout > 0;
}

/**
 * Composes the caption of one step. Without shuffling and dropout it is always the same; omit `draw` for validation and sample captions.
 *
 * @param text the picture's text in the data set; may be empty
 * @param draw random numbers for shuffling and dropout
 */
export function composeCaption(text: string, options: ResolvedCaptions, draw?: Draw): string {
  if (draw && options.captionDropout > 0 && draw() < options.captionDropout) return '';
  const { prefix, suffix, trigger } = options;
  const body = draw && (options.shuffleTags || options.tagDropout > 0) ? varyTags(text, options, draw) : clean(text);
  const withTrigger = trigger === undefined || contains(body, trigger) ? body : [trigger, body].filter(Boolean).join(', ');
  return [clean(prefix), withTrigger, clean(suffix)].filter(Boolean).join(' ');
}

/** Whether the text contains a whole word or phrase, in any case. */
function contains(text: string, phrase: string): boolean {
  const at = text.toLowerCase().indexOf(phrase.toLowerCase());
  const letter = /[\p{L}\p{N}]/u;
  return at >= 0 && !letter.test(text[at - 1] ?? ' ') && !letter.test(text[at + phrase.length] ?? ' ');
}

function varyTags(text: string, { shuffleTags, keepTokens, tagDropout, trigger }: ResolvedCaptions, draw: Draw): string {
  const tags = splitTags(text);
  const fixed = tags.slice(0, keepTokens);
  const rest = tags.slice(keepTokens);
  const kept = tagDropout > 0 ? rest.filter((tag) => tag === trigger || draw() >= tagDropout) : rest;
  return [...fixed, ...(shuffleTags ? shuffled(kept, draw) : kept)].join(', ');
}
