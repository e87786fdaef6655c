import { ArtistError, counted, homeOf, isoTime, plainText } from '../../../../lib/core/index.ts';
import { blockServer, Followers } from '../../../../lib/federation/index.ts';
import { number, text } from '../../../flags/flags.ts';
import { shownDay } from '../../../print/times.ts';
import { command } from '../../../shell/command.ts';
import { serverHost } from '../../../steps/own-account.ts';

const defaultLimit = 100;

export const followersCommand = command({
  flags: { limit: number(`Most followers, the newest last. Default: ${defaultLimit}`) },
  examples: [
    ['$0 publish followers', 'Who follows the account in the Fediverse, and which servers are blocked'],
    ['$0 publish followers --limit 10 --json', 'The newest ten'],
  ],
  run: async ({ limit = defaultLimit }, { home }) => {
    const book = new Followers(homeOf(home));
    const [all, blocked] = [await book.list(), await book.blocked()];
    const shown = limit > 0 ? all.slice(-limit) : [];
    return {
      json: { total: all.length, followers: shown.map(({ actor, handle, since }) => ({ actor, handle, since: isoTime(since) })), blocked },
      text: shown.map(({ actor, handle, since }) => `${shownDay(since)}  ${plainText(handle)}  ${plainText(actor)}`),
      notes: [counted(all.length, 'follower'), ...(blocked.length > 0 ? [`blocked: ${blocked.join(', ')}`] : [])],
    };
  },
});

export const blockCommand = command({
  required: { server: text('Name of the server, such as spam.example; those below it are blocked, too') },
  examples: [['$0 publish block spam.example', 'Its people follow no more, and nothing of theirs is counted any more']],
  run: async ({ server }, { home }) => {
    const host = serverHost(server);
    const { followers, reactions } = await blockServer(homeOf(home), host, Date.now());
    return {
      json: { blocked: host, followersRemoved: followers, reactionsRemoved: reactions },
      text: [host],
      notes: [`${counted(followers, 'follower')} removed`, `${counted(reactions, 'reaction')} taken back`],
    };
  },
});

export const unblockCommand = command({
  required: { server: text('Name of the server') },
  examples: [['$0 publish unblock spam.example', 'Its people may follow again']],
  run: async ({ server }, { home }) => {
    const host = serverHost(server);
    if (!(await new Followers(homeOf(home)).unblock(host)))
      throw new ArtistError('ERR_NOT_FOUND', `server: expected a blocked one, got ${host}. See: ai-artist publish followers`);
    return { json: { unblocked: host }, text: [host], notes: [] };
  },
});
