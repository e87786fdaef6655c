import { Accounts } from '../../../../lib/publish/index.ts';
import { accountView } from '../../../../lib/service/index.ts';
import { text } from '../../../flags/flags.ts';
import { accountLine } from '../../../print/publish-lines.ts';
import { command } from '../../../shell/command.ts';

export const accountsCommand = command({
  examples: [['$0 publish accounts', 'Name, network, handle, and why an account has stopped']],
  run: async (_, { home }) => {
    const accounts = await new Accounts(home).list();
    return {
      json: { accounts: accounts.map(accountView) },
      text: accounts.map(accountLine),
      notes: accounts.length === 0 ? ['no account is connected: ai-artist publish connect --help'] : [],
    };
  },
});

export const disconnectCommand = command({
  required: { account: text('Name of the account') },
  examples: [['$0 publish disconnect mastodon', 'Its posts stay where they are; those in the queue wait']],
  run: async ({ account }, { home }) => {
    await new Accounts(home).remove(account);
    return { json: { removed: account }, text: [account], notes: ['its tokens are deleted here; revoke them on the network too'] };
  },
});
