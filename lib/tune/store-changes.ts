/** Changes of the store: painting only reads it. */
import { ArtistError, nearest } from '../core/index.ts';
import type { TunedFile } from './identity.ts';
import { isSameMachine } from './machine.ts';
import type { TunedStore, Tuning } from './store.ts';

const sameFiles = (a: readonly TunedFile[], b: readonly TunedFile[]): boolean =>
  a.length === b.length && a.every(({ role, hash }, at) => b[at]?.role === role && b[at]?.hash === hash);

const replaces = (fresh: Tuning, old: Tuning): boolean =>
  fresh.backend === old.backend && sameFiles(fresh.model.files, old.model.files) && isSameMachine(fresh.surroundings, old.surroundings);

/** Replaces what was stored of the same model, backend and machine. @throws ArtistError every error of StateFile.update() */
export async function putTuning(store: TunedStore, fresh: Tuning): Promise<void> {
  await store.update(({ tunings }) => ({ tunings: [...tunings.filter((old) => !replaces(fresh, old)), fresh] }));
}

/**
 * Removes the records of a model, or all.
 *
 * @returns what was removed
 * @throws ArtistError ERR_NOT_FOUND: nothing is stored of that model; every error of StateFile.update()
 */
export async function forgetTunings(store: TunedStore, model: string | undefined): Promise<Tuning[]> {
  const { tunings: known } = await store.read();
  const isMeant = ({ model: { name } }: Tuning): boolean => model === undefined || name === model;
  if (model !== undefined && !known.some(isMeant)) {
    const meant = nearest(
      model,
      known.map(({ model: { name } }) => name),
    );
    throw new ArtistError(
      'ERR_NOT_FOUND',
      `model: expected one with tuned settings, got ${JSON.stringify(model)}${meant === undefined ? '. See them: ai-artist tune list' : `. Did you mean ${meant}?`}`,
    );
  }
  if (known.length > 0) await store.update(({ tunings }) => ({ tunings: tunings.filter((one) => !isMeant(one)) }));
  return known.filter(isMeant);
}
