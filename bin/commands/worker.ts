import { defined } from '../../lib/core/index.ts';
import { isRedis, shownAddress } from '../../lib/schedule/index.ts';
import { areMetricsWanted, type MetricsReports, startPaintWorker, watchTasks } from '../../lib/service/index.ts';
import { placesOf, startMetrics } from '../flags/metrics-flags.ts';
import { givenQueueName, queueAddress } from '../flags/schedule/queue-address.ts';
import { workerFlags, workerNames } from '../flags/schedule/service-flags.ts';
import { countTasks, tellTasks } from '../print/schedule/worker-events.ts';
import { command } from '../shell/command.ts';
import { untilAborted } from '../shell/interrupt.ts';
import { openArtist } from '../shell/settings.ts';
import { t } from '../texts/texts.ts';

export const workerCommand = command({
  flags: workerFlags,
  names: workerNames,
  examples: [
    ['$0 worker', 'Paint the works that `ai-artist schedule start --queue file` hands over'],
    ['$0 worker --queue redis://10.0.0.5:6379', 'On each machine with a GPU; needs: npm install bullmq ioredis'],
    ['$0 worker --metrics-port 9465', 'Also serve http://127.0.0.1:9465/metrics for Prometheus'],
  ],
  epilogue:
    'Runs until Ctrl-C or SIGTERM. If a worker is killed in the middle of a work, another worker paints it; each work is recorded once. Models and LoRAs must be present on every machine.',
  atInterrupt: t.shell.stopping,
  run: async (
    { queue: given, 'queue-name': givenName, name, concurrency, lease: leaseMs, 'stop-within': stopWithinMs, ...metrics },
    context,
  ) => {
    const places = placesOf(metrics);
    const queue = (await queueAddress(given, context)) ?? 'file';
    await context.logToFiles('worker');
    const queueName = await givenQueueName(givenName, context);
    const artist = await openArtist(context);
    const { counts, count } = countTasks();
    const show = tellTasks(context);
    const live = areMetricsWanted(places) ? await watchTasks() : undefined;
    let reports: MetricsReports | undefined;
    try {
      if (live) reports = await startMetrics(places, { queue, queueName, health: live.health, further: [live.registry] }, context);
      const worker = await startPaintWorker({
        ...defined({ name, concurrency, leaseMs }),
        artist,
        queue,
        queueName,
        onEvent: (event) => {
          for (const told of [live?.see, count, show]) told?.(event);
        },
      });
      for (const line of worker.warnings) context.warn(line);
      context.note(`${worker.name} waits for works (${shownAddress(queue)}${worker.about})`);
      await untilAborted(context.signal);
      await worker.stop(stopWithinMs);
    } finally {
      await reports?.stop();
      await artist.dispose();
    }
    return { json: { queue: isRedis(queue) ? 'bullmq' : 'file', works: counts }, text: [] };
  },
});
