import { defined, homeOf } from '../../../lib/core/index.ts';
import { readDuration } from '../../../lib/schedule/index.ts';
import { scopes, TokenBook } from '../../../lib/server/index.ts';
import { choice, text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const createTokenCommand = command({
  required: { name: text('Name of the client, such as phone; unique in this home') },
  flags: {
    scope: {
      ...choice(
        'What its holder may do. read: look, also at hidden works, notes and jobs. paint: also paint, rate, tag, describe and trash works. admin: also delete works for good, and change settings, schedule, training, webhooks and tokens',
        scopes,
      ),
      default: 'read',
    },
    expires: { describe: 'Time after which it expires, such as 90d. Default: never', shape: 'value', read: readDuration } as const,
  },
  names: new Map([['expiresInMs', '--expires']]),
  examples: [
    ['$0 serve token create phone --scope paint', 'Print the token; it cannot be shown again'],
    ['$0 serve token create guest --expires 7d', 'May look for a week'],
  ],
  run: async ({ name, scope = 'read', expires }, { home }) => {
    const expiresInMs = expires as number | undefined;
    const { token, facts } = await new TokenBook(homeOf(home)).create({ name, scope, ...defined({ expiresInMs }) });
    return {
      json: { token, ...facts },
      text: [token],
      notes: [`scope ${scope}. Keep it: it is stored as a hash and cannot be shown again`],
    };
  },
});
