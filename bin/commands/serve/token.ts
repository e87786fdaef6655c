import { group } from '../../shell/command.ts';

export const tokenCommand = group(
  [
    {
      usage: 'create <name>',
      describe: 'Make a token and show it once',
      load: async () => (await import('./create.ts')).createTokenCommand,
    },
    { usage: 'list', describe: 'List the tokens, without their text', load: async () => (await import('./list.ts')).listTokensCommand },
    { usage: 'revoke <token>', describe: 'Remove a token at once', load: async () => (await import('./revoke.ts')).revokeTokenCommand },
  ],
  [
    ['$0 serve token create phone --scope paint', 'A token that may paint'],
    ['$0 serve token revoke phone', 'It is refused from now on, by running servers too'],
  ],
);
