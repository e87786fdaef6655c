import { handOver, paintHere } from '../../../lib/artist/index.ts';
import { ArtistError, restoredWords, type Scope, withScope } from '../../../lib/core/index.ts';
import {
  type DaemonEvent,
  daemonStatus,
  formatMoment,
  openOldQueue,
  readDuration,
  ScheduleDaemon,
  ScheduleStore,
} from '../../../lib/schedule/index.ts';
import { type Flag, number, text } from '../../flags/flags.ts';
import { metricsFlags, placesOrSettings, startMetrics } from '../../flags/metrics-flags.ts';
import { givenQueueName, isRedis, openQueueAt, queueAddress, queueDescription, queueNameDescription } from '../../flags/queue-address.ts';
import { tellEvents } from '../../print/schedule/events.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';

const stopWithin: Flag<number> = {
  describe: 'When it is stopped: how long a work may take to end before it is broken off, to be done again. Default: 30s',
  shape: 'value',
  read: readDuration,
};

function checkAtOnce(atOnce: number | undefined, address: string | undefined): void {
  if (atOnce === undefined) return;
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 64)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--works-at-once: expected an integer 1..64, got ${atOnce}`);
  if (address === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', '--works-at-once: expected --queue with it; this process paints one work at a time');
}

/** Which job and run an event is about, for the lines of the log. */
function scopeOf(event: DaemonEvent): Scope {
  const job = 'job' in event ? event.job?.id : undefined;
  if ('runId' in event) return { job, run: event.runId };
  if ('occurrence' in event) return { job, run: event.occurrence.id };
  return 'record' in event ? { job: event.record.jobId, run: event.record.id } : {};
}

/** The heartbeat comes every 15 seconds. */
const silentMs = 60_000;

async function healthOf(store: ScheduleStore): Promise<string | undefined> {
  const at = (await daemonStatus(store))?.heartbeat?.at;
  if (at === undefined) return 'the schedule does not run';
  const age = Math.abs(store.clock.now() - Date.parse(at));
  return age > silentMs ? `the last heartbeat is ${Math.round(age / 1000)} s old` : undefined;
}

export const startCommand = command({
  flags: {
    queue: text(`${queueDescription}. Default: queue.url of the settings, else paint in this process`),
    'queue-name': text(`${queueNameDescription}. Default: queue.name of the settings, else one of this home alone`),
    'works-at-once': number('Works of a run that wait in the queue together, 1..64; needs --queue. Default: 1'),
    'stop-within': stopWithin,
    ...metricsFlags,
  },
  names: new Map([['metricsPort', '--metrics-port']]),
  examples: [
    ['$0 schedule start', 'Until Ctrl-C; jobs may be added, changed and removed meanwhile'],
    ['$0 schedule start --queue redis://127.0.0.1:6379 --works-at-once 4', 'Let workers paint: ai-artist worker --queue …'],
    ['$0 schedule start --metrics-port 9464', 'Also serve http://127.0.0.1:9464/metrics for Prometheus'],
  ],
  epilogue: 'One schedule for each home folder. Stopped by Ctrl-C or SIGTERM it exits 0; killed, the next start goes on where it was.',
  run: async ({ queue: given, 'queue-name': givenName, 'works-at-once': atOnce, 'stop-within': stopWithinMs, ...metrics }, context) => {
    const { home, signal, note, warn } = context;
    const address = await queueAddress(given, context);
    checkAtOnce(atOnce, address);
    const places = await placesOrSettings(metrics, context);
    await context.logToFiles('schedule');
    const store = new ScheduleStore(home, {
      onRepair: ({ path, reason, setAside, restored }) =>
        warn(`${path} was damaged (${reason}); it is kept as ${setAside}, and ${restoredWords[restored]}`),
    });
    const counts = { done: 0, partial: 0, failed: 0, missed: 0, cancelled: 0 };
    const tell = tellEvents(context);
    const onEvent = (event: DaemonEvent): void => {
      if (event.type === 'ended' || event.type === 'missed') counts[event.record.outcome] += event.record.count;
      withScope(scopeOf(event), () => tell(event));
    };
    const startedAt = new Date().toISOString();
    const name = await givenQueueName(givenName, context);
    const queue = address === undefined ? undefined : await openQueueAt(address, home, name);
    for (const line of (await queue?.warnings()) ?? []) warn(line);
    const oldQueue = address !== undefined && isRedis(address) ? () => openOldQueue(address) : undefined;
    const artist = await openArtist(context);
    let endMetrics = async (): Promise<void> => undefined;
    try {
      const daemon = await ScheduleDaemon.start({
        store,
        run: queue ? handOver(queue, { oldQueue, warn }) : paintHere(artist),
        onEvent,
        ...(queue && atOnce !== undefined && { concurrency: atOnce }),
        ...(stopWithinMs !== undefined && { stopWithinMs }),
      });
      try {
        endMetrics = await startMetrics(places, { queue: address, queueName: name, health: () => healthOf(store) }, context);
      } catch (error) {
        await daemon.stop();
        throw error;
      }
      const [next] = await store.next(1);
      const jobs = (await store.list()).length;
      note(
        `${jobs} ${jobs === 1 ? 'job' : 'jobs'}; next ${next ? `${formatMoment(next.at, next.timeZone)}, ${next.name}` : 'nothing: ai-artist schedule add daily 09:00'}`,
      );
      await new Promise<void>((resolve) =>
        signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      await daemon.stop();
    } finally {
      await endMetrics();
      await queue?.close();
      await artist.dispose();
    }
    return { json: { home, startedAt, stoppedAt: new Date().toISOString(), runs: counts }, text: [] };
  },
});
