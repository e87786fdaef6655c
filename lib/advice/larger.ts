/** The larger model that is named once, after a picture by the bundled one. */
import * as z from 'zod';
import { homeOf, type StateDefinition, StateFile } from '../core/index.ts';
import { knownOf, memoryHere, type Offer, offersOf } from './offers.ts';
import { adviceFor, patience } from './recommend.ts';

const stored = z.strictObject({
  /** ISO time at which a larger model was named; null: not yet. */
  largerModel: z.string().nullable(),
});
type Stored = z.output<typeof stored>;

const definition: StateDefinition<Stored> = { kind: 'hints', version: 1, schema: stored, initial: () => ({ largerModel: null }) };

/**
 * The model to take after the bundled one on this machine, once in a home. Where the speed of the machine was never measured, it is the one that
 * needs the least memory. Measures nothing.
 *
 * @returns undefined: it was named before, a larger one is installed, or none fits
 * @throws ArtistError ERR_READ, ERR_WRITE: the home cannot be read or written
 */
export async function largerModelOnce(home: string, warn: (line: string) => void): Promise<Offer | undefined> {
  const file = new StateFile(homeOf(home).state('hints.json'), definition, {
    onRepair: ({ path, reason, setAside }) => warn(`${path} was damaged (${reason}). It is kept as ${setAside}`),
  });
  if ((await file.read()).largerModel !== null) return undefined;
  const known = await knownOf({ home, onlyStored: true, warn });
  const offers = await offersOf(home, memoryHere(), known);
  if (offers.some(({ isInstalled }) => isInstalled)) return undefined;
  const { first } = adviceFor(known ? 'illustration' : 'small', offers, { commercial: false, seconds: patience });
  if (!first) return undefined;
  let isNew = false;
  // Two processes may paint their first picture at the same time.
  await file.update((now) => {
    isNew = now.largerModel === null;
    return isNew ? { largerModel: new Date().toISOString() } : now;
  });
  return isNew ? first : undefined;
}
