import { createArtist } from '../../artist/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import { type Clock, errorLine, type Home, restoredWords } from '../../core/index.ts';
import type { Logger } from '../../observe/index.ts';
import { ScheduleStore } from '../../schedule/index.ts';
import { type PaintSchedule, startPaintSchedule, startPaintWorker, watchTasks } from '../../service/index.ts';

/** What paints while a server runs. */
export interface Painting {
  /** Describes what is wrong; undefined: all that was asked for runs. */
  health(): Promise<string | undefined>;
  /** Takes no more works; after `withinMs` the current one returns to the queue. */
  stop(withinMs: number): Promise<void>;
}

export interface PaintingOptions {
  home: Home;
  loaded: LoadedConfig;
  /** Address and name of the queue. */
  address: string;
  queueName: string | undefined;
  log: Logger;
  clock: Clock;
}

interface Part {
  health(): Promise<string | undefined>;
  stop(withinMs: number): Promise<void>;
}

/**
 * Starts the worker and the schedule of a server.
 *
 * @throws ArtistError every error of createArtist(), startPaintWorker() and startPaintSchedule()
 */
export async function startPainting(
  { paint, schedule }: { paint: boolean; schedule: boolean },
  options: PaintingOptions,
): Promise<Painting> {
  if (!paint && !schedule) return { health: async () => undefined, stop: async () => undefined };
  const { home, loaded, log } = options;
  const artist = await createArtist({ home: home.folder, config: loaded, onWarning: (line) => log.warn(line) });
  const parts: Part[] = [];
  const stop = async (withinMs: number): Promise<void> => {
    try {
      await Promise.all(parts.map((part) => part.stop(withinMs)));
    } finally {
      await artist.dispose();
    }
  };
  try {
    if (paint) parts.push(await startWorker(artist, options));
    if (schedule) parts.push(await startSchedule(artist, options));
  } catch (error) {
    await stop(0);
    throw error;
  }
  const health = async (): Promise<string | undefined> => {
    const states = await Promise.all(parts.map((part) => part.health()));
    return states.find((state) => state !== undefined);
  };
  return { health, stop };
}

type Artist = Awaited<ReturnType<typeof createArtist>>;

async function startWorker(artist: Artist, { address, queueName, log }: PaintingOptions): Promise<Part> {
  const tasks = await watchTasks();
  const worker = await startPaintWorker({
    artist,
    queue: address,
    queueName,
    onEvent: (event) => {
      tasks.see(event);
      if (event.type === 'trouble') log.warn(`queue: ${errorLine(event.error)}`);
      else if (event.type === 'failed') log.warn(`job ${event.id} failed: ${event.code}: ${event.message}`);
      else log.debug(`job ${event.id}: ${event.type}`);
    },
  });
  return { health: tasks.health, stop: (withinMs) => worker.stop(withinMs) };
}

async function startSchedule(artist: Artist, { home, address, queueName, log, clock }: PaintingOptions): Promise<Part> {
  const store = new ScheduleStore(home.folder, {
    clock,
    onRepair: ({ path, reason, setAside, restored }) =>
      log.warn(`${path} was damaged (${reason}); it is kept as ${setAside}, and ${restoredWords[restored]}`),
  });
  const schedule: PaintSchedule = await startPaintSchedule({
    artist,
    store,
    queue: address,
    queueName,
    onEvent: (event) => log.debug('schedule', event),
    warn: (line) => log.warn(line),
  });
  return { health: schedule.health, stop: () => schedule.stop() };
}
