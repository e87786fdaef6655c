/** The tuned settings of a home. */
import * as z from 'zod';
import { homeOf, isArtistError, type StateDefinition, StateFile } from '../core/index.ts';
import { tunedFile } from './identity.ts';
import { surroundings } from './machine.ts';
import { tunedSettings } from './settings.ts';

const spread = z.record(z.enum(['median', 'low', 'high']), z.number());

const tuning = z.strictObject({
  model: z.strictObject({ name: z.string(), files: z.array(tunedFile).min(1) }),
  /** The `backend` that was asked for; null: none. */
  backend: z.string().nullable(),
  /** Device that painted. */
  device: z.string(),
  surroundings,
  settings: tunedSettings,
  measured: z.strictObject({
    /** ISO time. */
    at: z.string(),
    width: z.int(),
    height: z.int(),
    steps: z.int(),
    repeats: z.int(),
    /** Seconds of a picture: with the defaults, and with the settings. */
    before: spread,
    after: spread,
    /** Of the picture that differs most from the default's, dB; null: all are exact. */
    psnr: z.number().nullable(),
    /** Mean similarity of pictures and prompts; null: no CLIP judged them. */
    clip: z.strictObject({ before: z.number(), after: z.number() }).nullable(),
    /** Largest share of the processors that other programs used between the repeats. */
    othersBusy: z.number(),
    /** false: the time was over before everything was tried. */
    isComplete: z.boolean(),
  }),
});

/** What was found for one model on one machine. */
export type Tuning = z.output<typeof tuning>;

const schema = z.strictObject({ tunings: z.array(tuning) });
type Stored = z.output<typeof schema>;

const definition: StateDefinition<Stored> = {
  kind: 'tuned settings',
  version: 1,
  schema,
  initial: () => ({ tunings: [] }),
  lists: { tunings: {} },
};

export type TunedStore = StateFile<Stored>;

/**
 * The records of a home, in its folder `state`: one for each model, backend and machine.
 *
 * @param warn hears of a damaged file, which is set aside
 */
export const tunedStore = (home: string | undefined, warn: (line: string) => void): TunedStore =>
  new StateFile(homeOf(home).state('tuned.json'), definition, {
    onRepair: ({ path, reason, setAside }) => warn(`${path} was damaged (${reason}). It is kept as ${setAside}`),
  });

/** The records of a home; none, with a warning, where they cannot be read: what is said of them is no reason to fail. */
export async function storedTunings(home: string, warn: (line: string) => void): Promise<readonly Tuning[]> {
  try {
    return (await tunedStore(home, warn).read()).tunings;
  } catch (error) {
    if (!isArtistError(error)) throw error;
    warn(`tuned settings: ${error.code}: ${error.message}`);
    return [];
  }
}
