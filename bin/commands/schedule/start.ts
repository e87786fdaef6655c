import { restoredWords } from '../../../lib/core/index.ts';
import { ScheduleStore } from '../../../lib/schedule/index.ts';
import { checkWorksAtOnce, type MetricsReports, startPaintSchedule } from '../../../lib/service/index.ts';
import { placesOrSettings, startMetrics } from '../../flags/metrics-flags.ts';
import { givenQueueName, queueAddress } from '../../flags/schedule/queue-address.ts';
import { startFlags } from '../../flags/schedule/service-flags.ts';
import { comingLine, followSchedule } from '../../print/schedule/events.ts';
import { command } from '../../shell/command.ts';
import { untilAborted } from '../../shell/interrupt.ts';
import { openArtist } from '../../shell/settings.ts';
import { openSender } from '../../steps/publishing.ts';
import { t } from '../../texts/texts.ts';

export const startCommand = command({
  flags: startFlags,
  names: new Map([['metricsPort', '--metrics-port']]),
  examples: [
    ['$0 schedule start', 'Until Ctrl-C; jobs can be added, changed and removed meanwhile'],
    ['$0 schedule start --queue redis://127.0.0.1:6379 --works-at-once 4', 'Let workers paint: ai-artist worker --queue …'],
    ['$0 schedule start --metrics-port 9464', 'Also serve http://127.0.0.1:9464/metrics for Prometheus'],
  ],
  epilogue: 'One schedule per home. Ctrl-C or SIGTERM stops it with exit status 0. After a kill, the next start continues where it was.',
  atInterrupt: t.shell.stopping,
  run: async (
    { queue: given, 'queue-name': givenName, 'works-at-once': worksAtOnce, 'stop-within': stopWithinMs, ...metrics },
    context,
  ) => {
    const { home, signal, note, warn } = context;
    const queue = await queueAddress(given, context);
    checkWorksAtOnce(worksAtOnce, queue);
    const places = await placesOrSettings(metrics, context);
    await context.logToFiles('schedule');
    const store = new ScheduleStore(home, {
      onRepair: ({ path, reason, setAside, restored }) =>
        warn(`${path} was damaged (${reason}); it is kept as ${setAside}, and ${restoredWords[restored]}`),
    });
    const { counts, onEvent } = followSchedule(context);
    const startedAt = new Date().toISOString();
    const queueName = await givenQueueName(givenName, context);
    const artist = await openArtist(context);
    try {
      // First, because settings that it refuses must not leave a schedule running.
      const sender = await openSender('ai-artist schedule start', context);
      const schedule = await startPaintSchedule({ artist, store, queue, queueName, worksAtOnce, stopWithinMs, onEvent, warn });
      let reports: MetricsReports | undefined;
      try {
        sender.start();
        reports = await startMetrics(places, { queue, queueName, health: schedule.health }, context);
        note(await comingLine(store));
        await untilAborted(signal);
      } finally {
        await Promise.all([schedule.stop(), sender.close()]);
        await reports?.stop();
      }
    } finally {
      await artist.dispose();
    }
    return { json: { home, startedAt, stoppedAt: new Date().toISOString(), runs: counts }, text: [] };
  },
});
