/** Captions of posts by the language model. */
import * as z from 'zod';
import { llmClientOf } from '../../artist/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import { errorLine, isArtistError } from '../../core/index.ts';
import { inventions, type WriteCaption } from '../../publish/index.ts';

const system =
  'You write the caption of a post that shows one or more pictures. You get their titles, the words they were painted for, and tags. Say nothing that is not in them: no names, places, numbers, dates or stories. No hashtags, links, mentions, emoji, credits, or words about how the picture was made. Answer with one JSON object and nothing else. Its form: {"caption": "…"}';
const longestAnswer = 4000;

export interface CaptionWriterOptions {
  signal: AbortSignal;
  /** Told why the template's words are used. */
  warn: (line: string) => void;
}

/** What writes captions as the settings say; undefined: the template does. A model that fails, or that invents something twice, leaves the words to the template. */
export function captionsOf(loaded: LoadedConfig, { signal, warn }: CaptionWriterOptions): WriteCaption | undefined {
  const { config, home } = loaded;
  if (config.publish.caption !== 'llm') return undefined;
  const failed = (why: string): undefined => {
    warn(`caption: the template's words are used: ${why}`);
    return undefined;
  };
  return async ({ facts, language, characters, fits }) => {
    if (config.llm.url === undefined) return failed('publish.caption is llm, and llm.url is not set');
    const schema = z.looseObject({
      caption: z
        .string()
        .max(longestAnswer)
        .transform((text) => text.replace(/[^\S\n]+/g, ' ').trim())
        .refine((text) => text !== '' && fits(text) && inventions(text, facts, language).length === 0),
    });
    try {
      const client = await llmClientOf(config, { home });
      const { value } = await client.ask(system, JSON.stringify({ ...facts, language, atMostCharacters: characters }), schema, signal);
      return value.caption;
    } catch (error) {
      signal.throwIfAborted();
      if (!isArtistError(error)) throw error;
      return failed(errorLine(error));
    }
  };
}
