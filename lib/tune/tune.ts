import { homeFolder, homeOf, resolveOptions, withLock } from '../core/index.ts';
import { leastPsnr, type TuneOptions, type TuneReport, tuneOptions } from './options.ts';
import { search } from './search/search.ts';
import { tunedStore } from './store.ts';
import { putTuning } from './store-changes.ts';

/**
 * Finds the fastest settings whose pictures are like those of the defaults, and stores them for this model, machine and build. Paints a few
 * prompts with each setting, in turns with the best one so far. The engine runs in a child process: a setting that crashes it is left out.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_LOCKED while another process tunes in this home; ERR_WRITE, ERR_DISK_FULL
 *   when the home cannot be written; ERR_UNSUPPORTED when the model is a Diffusers folder; every error of loadModel() and generate() for the
 *   defaults; `signal.reason` when aborted: nothing is stored then
 */
export async function tune(given: TuneOptions = {}): Promise<TuneReport> {
  const asked = resolveOptions('tune', tuneOptions, given);
  const home = homeFolder(asked.home);
  const least = asked.minPsnr ?? (asked.allowLoss ? leastPsnr.lossy : leastPsnr.equal);
  const find = async () => search({ ...asked, home, leastPsnr: least });
  if (asked.dryRun) return { ...(await find()), isStored: false };
  const warn = asked.onWarning ?? ((line: string) => process.emitWarning(line, { type: 'ArtistWarning' }));
  const store = tunedStore(home, warn);
  const lock = { purpose: 'tuning', waitMs: 0, private: true, signal: asked.signal };
  return withLock(homeOf(home).state('tune.lock'), lock, async () => {
    await store.read(); // one of a newer version is refused now, not after minutes
    const found = await find();
    asked.signal?.throwIfAborted();
    await putTuning(store, found.tuning);
    return { ...found, isStored: true };
  });
}
