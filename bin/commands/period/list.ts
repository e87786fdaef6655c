import { PeriodStore, periodView } from '../../../lib/artist/index.ts';
import { periodLine } from '../../print/works/period-view.ts';
import { command } from '../../shell/command.ts';

export const periodListCommand = command({
  examples: [['$0 period list', 'Id, state, dates and name']],
  run: async (_, { home }) => {
    const store = new PeriodStore({ home });
    await store.current();
    const periods = await store.list();
    return { json: { periods: periods.map(periodView) }, text: periods.map(periodLine) };
  },
});
