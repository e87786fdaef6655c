/** Finds the tuned settings of what is about to be painted. */
import { errorLine, homeFolder, isArtistError } from '../core/index.ts';
import { addonFor, findModelFiles, type LoadModelOptions } from '../engine/index.ts';
import { isModelOf } from './identity.ts';
import { changesBetween, type Surroundings, surroundingsOf } from './machine.ts';
import { flatSettings, type Painting, settingsUnder } from './settings.ts';
import { type Tuning, tunedStore } from './store.ts';

/** `off`: the defaults of the engine. */
export const tunedModes = ['on', 'off'] as const;
export type TunedMode = (typeof tunedModes)[number];

export interface TunedPlace {
  mode: TunedMode;
  /** Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Ask the engine of the child process. Default false. */
  isolate?: boolean | undefined;
  /** Hears that stored settings are stale, or that the store cannot be read. */
  warn: (line: string) => void;
}

/** Settings in use, by the names of the options; null: none. */
export type TunedUse = Record<string, unknown> | null;

/** The machine and the build of this process. @throws ArtistError ERR_NO_BINARY; with `isolate` ERR_NATIVE_CRASH */
export async function surroundingsNow(isolate = false): Promise<Surroundings> {
  const addon = await addonFor(isolate);
  return surroundingsOf({
    versions: addon.versions(),
    systemInfo: addon.systemInfo(),
    physicalCores: addon.physicalCores(),
    devices: addon.listDevices(),
  });
}

const staleLine = ({ model, surroundings }: Tuning, now: Surroundings): string =>
  `the tuned settings of ${model.name} are not used: measured with other ${changesBetween(surroundings, now).join(', ')}. Tune again: ai-artist tune`;

/** Lets other errors pass. */
function ifOurs(error: unknown): undefined {
  if (!isArtistError(error)) throw error;
}

const said = new Set<string>();

async function find(load: LoadModelOptions, { home: given, isolate, warn }: TunedPlace): Promise<Tuning | undefined> {
  const home = homeFolder(given);
  const stored = (await tunedStore(home, warn).read()).tunings.filter(({ backend }) => backend === (load.backend ?? null));
  if (stored.length === 0) return undefined;
  // loadModel() says what is wrong with files that cannot be read.
  const files = await findModelFiles({ ...load, home }).catch(ifOurs);
  if (!files) return undefined;
  const ofModel: Tuning[] = [];
  for (const one of stored) if (await isModelOf(one.model.files, files)) ofModel.push(one);
  if (ofModel.length === 0) return undefined;
  const now = await surroundingsNow(isolate);
  const current = ofModel.find((one) => changesBetween(one.surroundings, now).length === 0);
  if (current) return current;
  for (const line of ofModel.slice(-1).map((stale) => staleLine(stale, now))) {
    // A program that paints for months says it once.
    if (!said.has(line)) warn(line);
    said.add(line);
  }
  return undefined;
}

/**
 * Puts the tuned settings of the model under the given options, which win. Where the store cannot be used, a warning is all: the painting goes
 * on with the defaults.
 */
export async function withTuned(given: Painting, place: TunedPlace): Promise<Painting & { tuned: TunedUse }> {
  if (place.mode === 'off') return { ...given, tuned: null };
  const found = await find(given.load, place).catch((error: unknown) => {
    place.warn(`tuned settings are not used: ${errorLine(error)}`);
    return ifOurs(error);
  });
  if (!found) return { ...given, tuned: null };
  const painting = settingsUnder(found.settings, given);
  const values: Record<string, unknown> = { ...painting.load, ...painting.options };
  const inUse = Object.entries(flatSettings(found.settings)).filter(([name, value]) => values[name] === value);
  return { ...painting, tuned: inUse.length > 0 ? Object.fromEntries(inUse) : null };
}
