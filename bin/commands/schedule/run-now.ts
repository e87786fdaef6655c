import { paintHere } from '../../../lib/artist/index.ts';
import { counted, isArtistError } from '../../../lib/core/index.ts';
import { type HistoryRecord, ScheduleDaemon, ScheduleStore } from '../../../lib/schedule/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { tellEvents } from '../../print/schedule/events.ts';
import { recordView } from '../../print/schedule/job-view.ts';
import { command } from '../../shell/command.ts';
import { exitStatus } from '../../shell/failure.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { openArtist } from '../../shell/settings.ts';

const pollMs = 250;

/** The record of a run once it is over. */
async function recordOf(store: ScheduleStore, runId: string, signal: AbortSignal): Promise<HistoryRecord> {
  for (;;) {
    signal.throwIfAborted();
    const record = (await store.history({ limit: 1000 })).find(({ id }) => id === runId);
    if (record) return record;
    await store.clock.sleep(pollMs, { signal });
  }
}

function outcome(record: HistoryRecord): Outcome {
  const paths = record.results.flatMap((result) =>
    result !== null && typeof result === 'object' && !Array.isArray(result) && typeof result['path'] === 'string' ? [result['path']] : [],
  );
  return {
    json: { run: recordView(record) },
    text: paths,
    notes: [
      `${record.id}: ${record.outcome}, ${record.works.done} of ${counted(record.works.due, 'work')}${record.code === null ? '' : `: ${record.code}: ${record.message}`}`,
    ],
    status: record.outcome === 'done' ? exitStatus.done : exitStatus.failed,
  };
}

async function runHere(store: ScheduleStore, runId: string, context: Context): Promise<Outcome> {
  const artist = await openArtist(context);
  const onEvent = tellEvents(context);
  let daemon: ScheduleDaemon | undefined;
  try {
    daemon = await ScheduleDaemon.start({ store, only: runId, run: paintHere(artist), onEvent, stopWithinMs: 0 });
    return outcome(await recordOf(store, runId, context.signal));
  } finally {
    await daemon?.stop();
    await artist.dispose();
    // Cancelled by the one who asked for it: no later schedule should run it.
    if (context.signal.aborted) await store.withdraw(runId);
  }
}

export const runNowCommand = command({
  required: { job: text('Id, as `ai-artist schedule list` shows it, or a name that only one job has') },
  flags: { wait: toggle('Wait until it is over, and fail if it failed') },
  examples: [
    ['$0 schedule run-now j1', 'The schedule that is running begins it within two seconds; without one it is run here'],
    ['$0 schedule run-now j1 --wait', 'Prints the paths of its pictures; exit 1 unless all are done'],
  ],
  run: async ({ job, wait }, context) => {
    const store = new ScheduleStore(context.home);
    const { id } = await store.runNow(job);
    if (!(await store.daemon())) {
      try {
        return await runHere(store, id, context);
      } catch (error) {
        // A schedule that was started just now has it.
        if (!isArtistError(error, 'ERR_LOCKED') || !(await store.daemon())) throw error;
      }
    }
    if (wait) return outcome(await recordOf(store, id, context.signal));
    return { json: { run: { id } }, text: [id], notes: ['it begins within two seconds, or after the run that is going on'] };
  },
});
