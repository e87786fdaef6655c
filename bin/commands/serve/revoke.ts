import { homeOf } from '../../../lib/core/index.ts';
import { TokenBook } from '../../../lib/server/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const revokeTokenCommand = command({
  required: { token: text('Name or id of the token (see: ai-artist serve token list)') },
  examples: [['$0 serve token revoke phone', 'Running servers refuse it from now on']],
  run: async ({ token }, { home }) => {
    const facts = await new TokenBook(homeOf(home)).revoke(token);
    return { json: { revoked: facts }, text: [facts.name] };
  },
});
