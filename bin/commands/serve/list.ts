import { homeOf } from '../../../lib/core/index.ts';
import { TokenBook } from '../../../lib/server/index.ts';
import { shownDay } from '../../print/times.ts';
import { command } from '../../shell/command.ts';

const day = (time: string | null): string => (time === null ? 'never' : shownDay(time));

export const listTokensCommand = command({
  examples: [['$0 serve token list', 'Name, scope, days of creation, expiry and last use']],
  run: async (_, { home }) => {
    const tokens = await new TokenBook(homeOf(home)).list();
    return {
      json: { tokens },
      text: tokens.map(({ id, name, scope, createdAt, expiresAt, expired, lastUsedAt }) =>
        [
          id,
          name.padEnd(16),
          scope.padEnd(5),
          `made ${day(createdAt)}`,
          expired ? `expired ${day(expiresAt)}` : `expires ${day(expiresAt)}`,
          `used ${day(lastUsedAt)}`,
        ].join('  '),
      ),
      notes: tokens.length === 0 ? ['no tokens. Make one: ai-artist serve token create NAME --scope paint'] : [],
    };
  },
});
