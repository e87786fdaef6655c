import { ArtistError, resolveOptions } from '../../core/index.ts';
import { type SdcppParameters, sdcppParameters } from '../sdcpp/parameters.ts';

const [begin, end] = ['<sd_cpp_extra_args>', '</sd_cpp_extra_args>'];

/** The text outside the blocks, and what is in the first one. In one pass: a pattern would read to the end anew from every beginning without an end. */
function splitBlocks(prompt: string): { text: string; first: string | undefined } {
  let [text, at]: [string, number] = ['', 0];
  let first: string | undefined;
  for (;;) {
    const start = prompt.indexOf(begin, at);
    const stop = start < 0 ? -1 : prompt.indexOf(end, start + begin.length);
    if (stop < 0) return { text: text + prompt.slice(at), first };
    text += prompt.slice(at, start);
    first ??= prompt.slice(start + begin.length, stop);
    at = stop + end.length;
  }
}

/**
 * Takes `<sd_cpp_extra_args>{json}</sd_cpp_extra_args>` out of a prompt: clients of stable-diffusion.cpp put further settings there. The first
 * block counts; none is painted.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when it is not a JSON object, or a field of it is invalid
 */
export function takeExtraArgs(prompt: string): { text: string; extra: SdcppParameters | undefined } {
  const { text, first } = splitBlocks(prompt);
  if (first === undefined) return { text: prompt, extra: undefined };
  let given: unknown;
  try {
    given = JSON.parse(first);
  } catch (cause) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'prompt: expected a JSON object in <sd_cpp_extra_args>, got text that is not JSON', {
      cause,
    });
  }
  return { text: text.trim(), extra: resolveOptions('sd_cpp_extra_args', sdcppParameters, given) };
}
