import { connectAccount, networkNames } from '../../../../lib/publish/index.ts';
import { accountView } from '../../../../lib/service/index.ts';
import { choice, list, number, text, toggle } from '../../../flags/flags.ts';
import { addressOf, readSecretPlace } from '../../../flags/publish/server-flags.ts';
import { command } from '../../../shell/command.ts';
import { ownActor } from '../../../steps/own-account.ts';
import { secretsOfSignIn } from '../../../steps/sign-in.ts';

export const connectCommand = command({
  required: { network: choice(`Network: ${networkNames.join(', ')}`, networkNames) },
  optional: { server: text('Address of the server; of a folder its path. Default: where a network is in one place, that') },
  flags: {
    as: text('Name of the account in this home. Default: the name of the network'),
    bot: toggle('Mark the account as automated, where the network has such a mark'),
    browser: toggle('Sign in on the network’s page in a browser (mastodon, pixelfed, x). At a terminal this is the default'),
    paste: toggle('The same with a browser on another machine: paste the code, or the address that it ends at'),
    port: number('Port of this machine to which the browser comes back. Default: a free one; for x 8645'),
    secret: list(
      'NAME=env:VARIABLE or NAME=file:PATH: a token that stays there. Default: asked for, or read from standard input',
      undefined,
      readSecretPlace,
    ),
  },
  names: new Map([['name', '--as']]),
  examples: [
    ['$0 publish connect folder ~/posts', 'A folder with a picture and a text of each post, and feed.xml'],
    [
      '$0 publish connect mastodon https://example.social',
      'Opens the page of consent in the browser. Without a terminal: reads an access token from standard input',
    ],
    ['$0 publish connect activitypub', 'The account that serve is in the Fediverse: settings federation'],
    ['$0 publish connect mastodon example.social --secret token=env:MASTODON_TOKEN', 'The token stays in the environment'],
  ],
  epilogue:
    'Tokens are stored in the folder accounts of the home, readable by you alone. They are never given on the command line, where other users can see them.',
  run: async ({ network, server, as: name = network, bot = false, browser = false, paste = false, port, secret = [] }, context) => {
    const address = network === 'activitypub' ? ownActor(await context.config()) : addressOf(network, server);
    const placed = Object.fromEntries(secret);
    const signedIn = await secretsOfSignIn({ network, server: address, placed, bot, browser, paste, port }, context);
    const wanted = { name, network, server: address, ...signedIn, markAsBot: bot };
    const { account, profile } = await connectAccount(context.home, wanted);
    if (profile.bot === false)
      context.warn(
        `${account.handle} is not marked as automated. Connect it with --bot, or mark it in its settings: many servers ask for that`,
      );
    return {
      json: { account: accountView(account), rules: profile.rules, bot: profile.bot ?? null },
      text: [account.name],
      notes: [
        `connected: ${account.handle}`,
        ...(profile.rules.length > 0
          ? ['rules of the server, which you accept by posting:', ...profile.rules.map((rule) => `- ${rule}`)]
          : []),
      ],
    };
  },
});
