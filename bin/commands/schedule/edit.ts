import { ArtistError } from '../../../lib/core/index.ts';
import { formatTiming, parseTiming, ScheduleStore } from '../../../lib/schedule/index.ts';
import { text } from '../../flags/flags.ts';
import { jobFlags, jobNames, jobOptionsOf, timingWords } from '../../flags/schedule/job-flags.ts';
import { changedJob, nextNote } from '../../print/schedule/edited.ts';
import { command } from '../../shell/command.ts';

const job = text('Id from `ai-artist schedule list`, or a name that only one job has');

export const editCommand = command({
  required: { job },
  optional: { when: { ...timingWords, describe: `New time: ${timingWords.describe}. Default: unchanged` } },
  flags: jobFlags,
  names: jobNames,
  examples: [
    ['$0 schedule edit j1 daily 10:00', 'At another time'],
    ['$0 schedule edit j1 --topic "a red fox" --steps 30', 'Another picture; other settings stay'],
  ],
  epilogue: 'A run that has started is not affected.',
  run: async ({ job: id, when: words, ...values }, context) => {
    const expression = words === undefined || words.length === 0 ? undefined : parseTiming(words);
    if (!expression && Object.values(values).every((value) => value === undefined))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'schedule edit: expected an option to change, got none');
    const store = new ScheduleStore(context.home);
    const before = await store.get(id);
    const { options, warnings } = await jobOptionsOf(values, expression, context, before);
    // A name made from the timing changes with it.
    const named = expression && before.name === formatTiming(before.timing) ? { name: formatTiming(expression.timing) } : {};
    const changed = await store.edit(before.id, { ...named, ...options });
    for (const line of warnings) context.warn(`${changed.id}: ${line}`);
    return changedJob(
      changed,
      `${formatTiming(changed.timing)}, ${changed.timeZone}; ${changed.paused ? 'paused' : nextNote(changed, store.clock.now())}`,
    );
  },
});
