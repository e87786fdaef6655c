/** Runs the schedule of a home: its daemon, and the process or queue that paints its works. */
import { type Artist, handOver, paintHere } from '../artist/index.ts';
import { ArtistError } from '../core/index.ts';
import {
  type DaemonEvent,
  daemonStatus,
  isRedis,
  openOldQueue,
  openQueueAt,
  ScheduleDaemon,
  type ScheduleStore,
  type TaskQueue,
} from '../schedule/index.ts';
import { publishAfter } from './publishing/publish-after.ts';
import { openPublishing } from './publishing/publishing.ts';

export interface PaintScheduleOptions {
  /** Paints if no queue is given. Must have the same home as the schedule. It is not disposed. */
  artist: Artist;
  store: ScheduleStore;
  /** Address of the queue whose workers paint: `file` or redis://host:port. Default: this process paints. */
  queue?: string | undefined;
  /** Name of the queue in Redis. Default: one for this home alone. */
  queueName?: string | undefined;
  /** Works of a run in the queue at the same time, 1..64; requires `queue`. Default: 1. */
  worksAtOnce?: number | undefined;
  /** After stop(): how long the current work may take to finish, milliseconds. Default: 30 000. */
  stopWithinMs?: number | undefined;
  onEvent: (event: DaemonEvent) => void;
  /** Called when the queue is not safe, or cannot be reached. */
  warn: (line: string) => void;
}

export interface PaintSchedule {
  /** Describes what is wrong; undefined: healthy. */
  health(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Age from which a heartbeat is too old. One is due every 15 seconds. */
const silentMs = 60_000;

async function healthOf(store: ScheduleStore): Promise<string | undefined> {
  const at = (await daemonStatus(store))?.heartbeat?.at;
  if (at === undefined) return 'the schedule does not run';
  const age = Math.abs(store.clock.now() - Date.parse(at));
  return age > silentMs ? `the last heartbeat is ${Math.round(age / 1000)} s old` : undefined;
}

/** @throws ArtistError ERR_INVALID_ARGUMENT when the number is not 1..64, or is given without a queue */
export function checkWorksAtOnce(worksAtOnce: number | undefined, queue: string | undefined): void {
  if (worksAtOnce === undefined) return;
  if (!Number.isInteger(worksAtOnce) || worksAtOnce < 1 || worksAtOnce > 64)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `worksAtOnce: expected an integer 1..64, got ${worksAtOnce}`);
  if (queue === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'worksAtOnce: expected `queue` with it; this process paints one work at a time');
}

/**
 * Runs the schedule of a home until stop().
 *
 * @throws ArtistError ERR_LOCKED when another process runs it, ERR_INVALID_ARGUMENT when an option is invalid, ERR_UNSUPPORTED or ERR_NETWORK when
 *   the queue cannot be used
 */
export async function startPaintSchedule(options: PaintScheduleOptions): Promise<PaintSchedule> {
  const { artist, store, queue: address, queueName, worksAtOnce, stopWithinMs, onEvent, warn } = options;
  checkWorksAtOnce(worksAtOnce, address);
  const queue: TaskQueue | undefined = address === undefined ? undefined : await openQueueAt(address, store.home, queueName);
  try {
    for (const line of (await queue?.warnings()) ?? []) warn(line);
    const oldQueue = address !== undefined && isRedis(address) ? () => openOldQueue(address) : undefined;
    const paint = queue ? handOver(queue, { oldQueue, warn }) : paintHere(artist);
    const daemon = await ScheduleDaemon.start({
      store,
      run: publishAfter(paint, { publishing: openPublishing(artist.config, { warn }), gallery: artist.gallery, warn }),
      onEvent,
      ...(queue && worksAtOnce !== undefined && { concurrency: worksAtOnce }),
      ...(stopWithinMs !== undefined && { stopWithinMs }),
    });
    return {
      health: () => healthOf(store),
      stop: async () => {
        await daemon.stop();
        await queue?.close();
      },
    };
  } catch (error) {
    await queue?.close();
    throw error;
  }
}
