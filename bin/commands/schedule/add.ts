import { jobView } from '../../../lib/artist/index.ts';
import { formatMoment, formatTiming, parseTiming, ScheduleStore } from '../../../lib/schedule/index.ts';
import { jobFlags, jobNames, jobOptionsOf, timingWords } from '../../flags/schedule/job-flags.ts';
import { command } from '../../shell/command.ts';

export const addCommand = command({
  required: { when: timingWords },
  flags: jobFlags,
  names: jobNames,
  examples: [
    ['$0 schedule add daily 09:00 --topic-rotation', 'One picture a day, eight topics in turn'],
    ['$0 schedule add weekly mon,thu 18:30 --topic "a red fox" --tz Europe/Berlin', 'Twice a week, in that time zone'],
    ['$0 schedule add every 6h --quiet-hours 22:00-07:00', 'Four times a day, not at night'],
    ['$0 schedule add batch 3@09:00', 'Three pictures a day'],
    ['$0 schedule add cron "0 9 1 * *" --model sd-turbo', 'On the first of each month'],
    ['$0 schedule add once 2027-01-01T00:00 --topic fireworks', 'Once'],
  ],
  epilogue:
    'Times are wall-clock times in the time zone of the job. When the clocks go forward, a skipped time is due at the first moment after the gap; when they go back, a repeated time is due once. See docs/schedule.md.',
  run: async ({ when: words, ...values }, context) => {
    const expression = parseTiming(words);
    const { options, warnings } = await jobOptionsOf(values, expression, context);
    const store = new ScheduleStore(context.home);
    const job = await store.add({ name: formatTiming(expression.timing), ...options, when: expression.timing });
    for (const line of warnings) context.warn(`${job.id}: ${line}`);
    const [next] = await store.next(1, job.id);
    const daemon = await store.daemon();
    return {
      json: { job: jobView(job), next: next ? new Date(next.at).toISOString() : null },
      text: [job.id],
      notes: [
        `${job.id}: ${formatTiming(job.timing)}, ${job.timeZone}${job.count > 1 ? `, ${job.count} works` : ''}; next ${next ? formatMoment(next.at, job.timeZone) : 'never'}`,
        ...(daemon ? [] : ['the schedule is not running: ai-artist schedule start']),
      ],
    };
  },
});
