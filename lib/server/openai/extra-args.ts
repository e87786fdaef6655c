import { ArtistError, resolveOptions } from '../../core/index.ts';
import { type SdcppParameters, sdcppParameters } from '../sdcpp/parameters.ts';

const block = /<sd_cpp_extra_args>([\s\S]*?)<\/sd_cpp_extra_args>/g;

/**
 * Takes `<sd_cpp_extra_args>{json}</sd_cpp_extra_args>` out of a prompt: clients of stable-diffusion.cpp put further settings there. The first
 * block counts; none is painted.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when it is not a JSON object, or a field of it is invalid
 */
export function takeExtraArgs(prompt: string): { text: string; extra: SdcppParameters | undefined } {
  const [found] = [...prompt.matchAll(block)];
  if (found === undefined) return { text: prompt, extra: undefined };
  const text = prompt.replace(block, '').trim();
  let given: unknown;
  try {
    given = JSON.parse(found[1] ?? '');
  } catch (cause) {
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'prompt: expected a JSON object in <sd_cpp_extra_args>, got text that is not JSON', {
      cause,
    });
  }
  return { text, extra: resolveOptions('sd_cpp_extra_args', sdcppParameters, given) };
}
