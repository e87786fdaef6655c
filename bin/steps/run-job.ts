import { paintHere, recordView } from '../../lib/artist/index.ts';
import { counted } from '../../lib/core/index.ts';
import { type HistoryRecord, ScheduleDaemon, type ScheduleStore } from '../../lib/schedule/index.ts';
import { openPublishing, publishAfter } from '../../lib/service/index.ts';
import { tellEvents } from '../print/schedule/events.ts';
import { exitStatus } from '../shell/failure.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { openArtist } from '../shell/settings.ts';

const pollMs = 250;

/** Waits for the end of a run and returns its record. */
export async function recordOf(store: ScheduleStore, runId: string, signal: AbortSignal): Promise<HistoryRecord> {
  for (;;) {
    signal.throwIfAborted();
    const record = (await store.history({ limit: 1000 })).find(({ id }) => id === runId);
    if (record) return record;
    await store.clock.sleep(pollMs, { signal });
  }
}

export function runOutcome(record: HistoryRecord): Outcome {
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

export async function runHere(store: ScheduleStore, runId: string, context: Context): Promise<Outcome> {
  const artist = await openArtist(context);
  const onEvent = tellEvents(context);
  const publishing = openPublishing(artist.config, context);
  const run = publishAfter(paintHere(artist), { publishing, gallery: artist.gallery, warn: context.warn });
  let daemon: ScheduleDaemon | undefined;
  try {
    daemon = await ScheduleDaemon.start({ store, only: runId, run, onEvent, stopWithinMs: 0 });
    return runOutcome(await recordOf(store, runId, context.signal));
  } finally {
    await daemon?.stop();
    await artist.dispose();
    // The user cancelled it, so no later schedule should run it.
    if (context.signal.aborted) await store.withdraw(runId);
  }
}
