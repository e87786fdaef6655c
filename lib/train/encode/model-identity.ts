/** Identifies the weights that a run trains for and the encoders that its cache entries belong to. */
import type { ModelFiles } from '../../engine/index.ts';
import { hashTensors, identify, type ModelHeader } from '../../models/index.ts';
import type { EncoderHashes } from './encodings.ts';

export interface ModelIdentity {
  name: string;
  /** Name of the family as `inspect` shows it. */
  family: string;
  /** SHA-256 of the tensors of the file that is trained for; a Diffusers folder has none. */
  hash?: string;
  encoders: EncoderHashes;
}

async function hashOf(header: ModelHeader | undefined, known: Map<string, string>, signal: AbortSignal): Promise<string | undefined> {
  if (!header || header.format === 'diffusers') return undefined;
  const found = known.get(header.path) ?? (await hashTensors(header, signal));
  known.set(header.path, found);
  return found;
}

/**
 * Hashes the model's files, which takes seconds per gigabyte.
 *
 * @throws ArtistError ERR_READ when a file cannot be read
 * @throws `signal.reason` when aborted
 */
export async function identifyModel({ name, headers, weightType }: ModelFiles, signal: AbortSignal): Promise<ModelIdentity> {
  const known = new Map<string, string>();
  const network = headers.diffusionModel ?? headers.model;
  const hash = await hashOf(network, known, signal);
  const joined = async (parts: readonly (ModelHeader | undefined)[]): Promise<string | undefined> => {
    const present = parts.filter((part) => part !== undefined);
    const hashes = await Promise.all(present.map((part) => hashOf(part, known, signal)));
    // The weight type changes the encoders' output.
    return present.length === 0 || hashes.includes(undefined) ? undefined : [...hashes, weightType ?? ''].join(' ');
  };
  const image = await joined([headers.tae ?? headers.vae ?? headers.model]);
  const encoders = [headers.clipL, headers.clipG, headers.t5xxl, headers.llm].filter((part) => part !== undefined);
  // A checkpoint's own encoders are used unless a file replaces them. Hashing both is always safe.
  const text = await joined(headers.model ? [headers.model, ...encoders] : encoders);
  const family = (network && identify(network).family) ?? 'unknown';
  return { name, family, encoders: { image, text }, ...(hash !== undefined && { hash }) };
}
