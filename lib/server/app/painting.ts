import { createArtist } from '../../artist/index.ts';
import { type LoadedConfig, leaves } from '../../config/index.ts';
import { type Clock, type Home, restoredWords } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import type { Logger } from '../../observe/index.ts';
import { ScheduleStore } from '../../schedule/index.ts';
import { openSender, startPainter, startPaintSchedule } from '../../service/index.ts';

/** What runs beside the answers of a server: painter, schedule, sender of posts. */
export interface Painting {
  /** Describes what is wrong; undefined: all that was asked for runs. */
  health(): Promise<string | undefined>;
  /** Takes no more works, gives the current one `stopWithinMs`, and ends. */
  stop(): Promise<void>;
}

export interface PaintingOptions {
  home: Home;
  gallery: Gallery;
  loaded: LoadedConfig;
  /** Address and name of the queue. */
  address: string;
  queueName: string | undefined;
  /** How long the current work may take to finish when stopped, milliseconds; then it returns to the queue. */
  stopWithinMs: number;
  log: Logger;
  clock: Clock;
}

/**
 * Starts the painter, the schedule and the sender of posts of a server.
 *
 * @throws ArtistError every error of startPainter() and startPaintSchedule()
 */
export async function startPainting(
  wishes: { paint: boolean; schedule: boolean; send: boolean },
  options: PaintingOptions,
): Promise<Painting> {
  const parts: Painting[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.stop()));
  };
  try {
    if (wishes.paint) parts.push(await painterOf(options));
    if (wishes.schedule) parts.push(await scheduleOf(options));
    if (wishes.send) parts.push(senderOf(options));
  } catch (error) {
    await stop();
    throw error;
  }
  const health = async (): Promise<string | undefined> => {
    const states = await Promise.all(parts.map((part) => part.health()));
    return states.find((state) => state !== undefined);
  };
  return { health, stop };
}

/** The settings of --set, which another process does not see; it reads the file and the environment itself. */
function assignments({ config, origins }: LoadedConfig): string[] {
  return leaves(config)
    .map(({ path, value }) => ({ key: path.join('.'), value }))
    .filter(({ key }) => origins.get(key)?.from === 'set')
    .map(({ key, value }) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

async function painterOf({ home, loaded, address, queueName, stopWithinMs, log }: PaintingOptions): Promise<Painting> {
  const told = log.withTag('painter');
  const painter = await startPainter({
    home: home.folder,
    set: assignments(loaded),
    queue: address,
    queueName,
    stopWithinMs,
    log: ({ level, message }) => (level === 'warn' ? told.warn(message) : told.debug(message)),
  });
  return { health: async () => painter.health(), stop: () => painter.stop() };
}

function senderOf({ loaded, gallery, log, clock }: PaintingOptions): Painting {
  const told = log.withTag('publish');
  const warn = (line: string): void => told.warn(line);
  const sender = openSender({
    ...{ loaded, program: 'ai-artist serve', gallery, clock, warn },
    onPost: ({ id, account, state, published, problem }) =>
      state === 'published'
        ? told.info(`post ${id} on ${account} is out: ${published?.url ?? published?.uri ?? ''}`)
        : told.warn(`post ${id} on ${account} is ${state}${problem ? `: ${problem.message}` : ''}`),
  });
  sender.start();
  return { health: async () => undefined, stop: () => sender.close() };
}

async function scheduleOf({ home, loaded, address, queueName, stopWithinMs, log, clock }: PaintingOptions): Promise<Painting> {
  const told = log.withTag('schedule');
  const warn = (line: string): void => told.warn(line);
  const store = new ScheduleStore(home.folder, {
    clock,
    onRepair: ({ path, reason, setAside, restored }) =>
      warn(`${path} was damaged (${reason}); it is kept as ${setAside}, and ${restoredWords[restored]}`),
  });
  const artist = await createArtist({ home: home.folder, config: loaded, onWarning: warn });
  try {
    const schedule = await startPaintSchedule({
      artist,
      store,
      queue: address,
      queueName,
      stopWithinMs,
      onEvent: (event) => told.debug(event.type, event),
      warn,
    });
    return {
      health: schedule.health,
      stop: async () => {
        await schedule.stop();
        await artist.dispose();
      },
    };
  } catch (error) {
    await artist.dispose();
    throw error;
  }
}
