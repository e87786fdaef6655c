import { PeriodStore, periodView } from '../../../lib/artist/index.ts';
import { text } from '../../flags/flags.ts';
import { periodLines, periodOf } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';

export const periodShowCommand = command({
  optional: { period: text('Id or name. Default: the current one') },
  examples: [['$0 period show p1', 'Rules, hypothesis, topics and styles']],
  run: async ({ period: wanted }, { home }) => {
    const period = await periodOf(new PeriodStore({ home }), wanted);
    return { json: { period: periodView(period), retrospective: period.retrospective ?? null }, text: periodLines(period) };
  },
});
