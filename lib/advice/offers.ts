/** What this machine can do with each model: one answer for `models list`, `models recommend` and `init`. */
import { totalmem } from 'node:os';
import { usableMemory } from '../bench/index.ts';
import { isArtistError } from '../core/index.ts';
import { aliasBytes, aliasMemory, listModels, type ModelAlias, modelAliases } from '../models/index.ts';
import { storedTunings } from '../tune/index.ts';
import { type Expected, expectedOf, type Known } from './expected.ts';
import { machineSpeed, type SpeedOptions } from './speed.ts';

/** An alias, as this machine sees it. */
export interface Offer {
  alias: ModelAlias;
  /** Whether all its parts are in the home. */
  isInstalled: boolean;
  /** Of the download, approximate. */
  bytes: number;
  /** To paint with it, approximate. */
  memoryBytes: number;
  /** Whether that much memory can be used. */
  fits: boolean;
  /** Undefined: it is not known. */
  expected: Expected | undefined;
}

/** Memory that weights and buffers can take, of the GPU or else of the machine. Without an addon, which knows the GPUs: of the machine. */
export function memoryHere(): number {
  try {
    return usableMemory({});
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return totalmem();
  }
}

/**
 * What is known of the speed of this machine. Where the engine cannot run, a warning is all.
 *
 * @returns undefined: nothing is known
 * @throws the signal's reason
 */
export async function knownOf(options: SpeedOptions): Promise<Known | undefined> {
  try {
    const speed = await machineSpeed(options);
    return speed && { speed, tunings: await storedTunings(options.home, options.warn) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isArtistError(error)) throw error;
    options.warn(`how long a picture takes here is not known: ${error.code}: ${error.message}`);
    return undefined;
  }
}

/** Every alias. @param memoryBytes that can be used; see memoryHere() @throws ArtistError ERR_READ */
export async function offersOf(home: string, memoryBytes: number, known: Known | undefined): Promise<Offer[]> {
  const installed = new Set((await listModels({ home })).filter(({ complete }) => complete).map(({ name }) => name));
  return modelAliases.map((alias) => {
    const needed = aliasMemory(alias);
    const isInstalled = installed.has(alias.name);
    const expected = known && expectedOf(alias, known);
    return { alias, isInstalled, bytes: aliasBytes(alias), memoryBytes: needed, fits: needed <= memoryBytes, expected };
  });
}
