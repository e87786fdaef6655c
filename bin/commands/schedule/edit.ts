import { ArtistError } from '../../../lib/core/index.ts';
import { dueTimes, formatMoment, formatTiming, type Job, parseTiming, ScheduleStore } from '../../../lib/schedule/index.ts';
import { text } from '../../flags/flags.ts';
import { jobFlags, jobNames, jobOptionsOf, timingWords } from '../../flags/job-flags.ts';
import { jobView } from '../../print/schedule/job-view.ts';
import { command } from '../../shell/command.ts';
import type { Outcome } from '../../shell/run.ts';

const job = text('Id, as `ai-artist schedule list` shows it, or a name that only one job has');

function outcome(changed: Job, note: string): Outcome {
  return { json: { job: jobView(changed) }, text: [changed.id], notes: [`${changed.id} (${changed.name}): ${note}`] };
}

/** `next Tue 2026-12-01 09:00 +01:00`, in the zone of the job. */
function nextNote(job: Job, now: number): string {
  const [next] = dueTimes(job, now, 1);
  return `next ${next === undefined ? 'never' : formatMoment(next, job.timeZone)}`;
}

export const editCommand = command({
  required: { job },
  optional: { when: { ...timingWords, describe: `Another time: ${timingWords.describe}. Default: as it is` } },
  flags: jobFlags,
  names: jobNames,
  examples: [
    ['$0 schedule edit j1 daily 10:00', 'At another time'],
    ['$0 schedule edit j1 --topic "a red fox" --steps 30', 'Another picture; what is not named stays'],
  ],
  epilogue: 'A run that has begun goes on as it began.',
  run: async ({ job: id, when: words, ...values }, context) => {
    const expression = words === undefined || words.length === 0 ? undefined : parseTiming(words);
    if (!expression && Object.values(values).every((value) => value === undefined))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'schedule edit: expected an option to change, got none');
    const store = new ScheduleStore(context.home);
    const before = await store.get(id);
    const { options, warnings } = await jobOptionsOf(values, expression, context, before);
    // A name that says when goes with it.
    const named = expression && before.name === formatTiming(before.timing) ? { name: formatTiming(expression.timing) } : {};
    const changed = await store.edit(before.id, { ...named, ...options });
    for (const line of warnings) context.warn(`${changed.id}: ${line}`);
    return outcome(
      changed,
      `${formatTiming(changed.timing)}, ${changed.timeZone}; ${changed.paused ? 'paused' : nextNote(changed, store.clock.now())}`,
    );
  },
});

export const removeCommand = command({
  required: { job },
  examples: [['$0 schedule remove j2', 'Its history stays; a run in progress finishes first']],
  run: async (values, { home }) => {
    const removed = await new ScheduleStore(home).remove(values.job);
    return removed ? outcome(removed, 'removed') : { json: { job: null }, text: [values.job], notes: [`${values.job}: removed`] };
  },
});

export const pauseCommand = command({
  required: { job },
  examples: [['$0 schedule pause j2', 'Nothing of it is due, and nothing is missed, until resume']],
  run: async (values, { home }) => outcome(await new ScheduleStore(home).pause(values.job), 'paused'),
});

export const resumeCommand = command({
  required: { job },
  examples: [['$0 schedule resume j2', 'What would have been due in the meantime is not made up for']],
  run: async (values, { home }) => {
    const store = new ScheduleStore(home);
    const resumed = await store.resume(values.job);
    return outcome(resumed, `runs again; ${nextNote(resumed, store.clock.now())}`);
  },
});
