/** diffusers (0.34 and later), PEFT and SimpleTuner keep alphas in the header's metadata where kohya's files have a tensor for each. */
import { ArtistError } from '../core/index.ts';

/** Metadata that say how the factors are scaled. A file whose scale is taken into the factors must not carry them on. */
export const scaleMetadata: readonly string[] = [
  'lora_adapter_metadata',
  'lora_alpha',
  'alpha',
  'r',
  'rank',
  'use_rslora',
  'alpha_pattern',
];

type Fields = Readonly<Record<string, unknown>>;

const asFields = (value: unknown): Fields | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined;

function parsed(text: unknown): Fields | undefined {
  if (typeof text !== 'string') return asFields(text);
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined; // free text
  }
}

const isTrue = (value: unknown): boolean => value === true || (typeof value === 'string' && value.toLowerCase() === 'true');

/** An alpha as metadata write it: a number, perhaps as text. */
function numberOf(path: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === 'None' || value === '') return undefined;
  const number = Number(value);
  if (!Number.isFinite(number))
    throw new ArtistError('ERR_LORA', `${path}: lora_alpha in its metadata: expected a number, got ${String(value)}`);
  return number;
}

/**
 * The scale of a module by the metadata: alpha / rank, or alpha / √rank of rank-stabilised LoRA; undefined where they say nothing.
 *
 * @param name of the module as the file spells it: "unet.down_blocks…", "transformer.…", "text_encoder.…"
 * @throws ArtistError ERR_LORA: an alpha that is no number
 */
export function scaleFromMetadata(path: string, metadata: Fields, name: string, rank: number): number | undefined {
  const nested = parsed(metadata['lora_adapter_metadata']);
  // diffusers: "unet.lora_alpha", one set for each network of the pipeline; PEFT's own names where there is only one.
  const network = nested && ['text_encoder_2', 'text_encoder', 'unet', 'transformer'].find((known) => name.startsWith(`${known}.`));
  const field = (key: string): unknown => {
    if (!nested) return metadata[key];
    return nested[`${network ?? 'transformer'}.${key}`] ?? nested[key];
  };
  const inner = network === undefined ? name : name.slice(network.length + 1);
  const patterns = parsed(field('alpha_pattern'));
  // PEFT: a key matches the end of a module's name.
  const pattern = patterns && Object.keys(patterns).find((key) => inner === key || inner.endsWith(`.${key}`));
  const alpha = numberOf(path, pattern === undefined ? field('lora_alpha') : patterns?.[pattern]);
  if (alpha === undefined) return undefined;
  return alpha / (isTrue(field('use_rslora')) ? Math.sqrt(rank) : rank);
}
