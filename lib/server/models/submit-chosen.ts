import { paintingOf } from '../../artist/index.ts';
import { isArtistError } from '../../core/index.ts';
import { checkGenerate } from '../../engine/index.ts';
import type { PaintJob, PaintRequest } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { blameCaller } from '../errors/status.ts';

type Place = Pick<ServerContext, 'jobs' | 'config'>;

/** Whether the model and the LoRAs of the settings can be read: then a file that cannot is one that the request names. */
async function settingsPaint({ config }: Place): Promise<boolean> {
  const { load, options } = paintingOf(config, {}, { prompt: 'x' });
  return checkGenerate(load, options).then(
    () => true,
    () => false,
  );
}

/**
 * Submits a job. A damaged or unfitting model or LoRA is the caller's fault if the request names it, and the server's if it is that of the settings.
 *
 * @throws ArtistError every error of PaintJobs.submit()
 */
export async function submitChosen(request: PaintRequest, place: Place): Promise<PaintJob> {
  try {
    return await place.jobs.submit(request);
  } catch (error) {
    if (isArtistError(error, 'ERR_MODEL_FORMAT') && (await settingsPaint(place))) blameCaller(error);
    throw error;
  }
}
