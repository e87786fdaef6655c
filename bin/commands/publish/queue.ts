import { counted } from '../../../lib/core/index.ts';
import { holdsOf, holdText, openStates, postStates } from '../../../lib/publish/index.ts';
import { shownTimeZone } from '../../../lib/schedule/index.ts';
import { postView } from '../../../lib/service/index.ts';
import { choice, number, toggle } from '../../flags/flags.ts';
import { postLine } from '../../print/publish-lines.ts';
import { command } from '../../shell/command.ts';
import { openPublishing } from '../../steps/publishing.ts';

const defaultLimit = 50;

export const queueCommand = command({
  flags: {
    state: choice('Only posts in this state', postStates),
    all: toggle('Also those that are out or cancelled'),
    limit: number(`Most posts. Default: ${defaultLimit}`),
  },
  replaced: { state: ['all'] },
  examples: [
    ['$0 publish queue', 'What waits, fails, or needs a person'],
    ['$0 publish queue --state unknown', 'Posts that may be on the network: look there'],
  ],
  run: async ({ state, all = false, limit = defaultLimit }, context) => {
    const { outbox, accounts, rules } = await openPublishing(context);
    const { posts, broken } = await outbox.list();
    for (const { message } of broken) context.warn(message);
    const waiting = [...openStates, 'draft', 'failed', 'unknown'];
    const shown = posts.filter((post) => (state ? post.state === state : all || waiting.includes(post.state)));
    const last = shown.slice(-limit);
    const holds = await holdsOf(posts, { outbox, accounts, rules }, Date.now());
    const reason = (id: string, timeZone?: string): string | undefined => {
      const hold = holds.get(id);
      return hold && holdText(hold, timeZone);
    };
    return {
      json: { posts: last.map((post) => ({ ...postView(post), waitsBecause: reason(post.id) ?? null })), total: shown.length, broken },
      text: last.map((post) => postLine(post, reason(post.id, shownTimeZone()))),
      notes: [`${counted(shown.length, 'post')}${last.length < shown.length ? `, the last ${last.length} of them` : ''}`],
    };
  },
});
