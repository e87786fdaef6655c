import { counted } from '../../../lib/core/index.ts';
import { hourEffects, standingsOf } from '../../../lib/publish/index.ts';
import { accountsNamed } from '../../../lib/service/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openPublishing } from '../../steps/publishing.ts';

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;

export const hoursCommand = command({
  optional: { account: text('Name of an account. Default: all') },
  examples: [
    ['$0 publish hours', 'What each hour of posting brought'],
    ['$0 publish run --set publish.times=best', 'Post in the hours that bring most'],
  ],
  epilogue:
    'In standard deviations above or below posts of the same account around the same time, from the figures after a day. Hours with few posts are drawn towards a guess.',
  run: async ({ account: name }, context) => {
    const { outbox, accounts, rules } = await openPublishing(context);
    const chosen = await accountsNamed(accounts, name === undefined ? undefined : [name]);
    const { posts } = await outbox.list();
    const { timeZone } = rules;
    const found = chosen.map((account) => {
      const standings = standingsOf(posts.filter((post) => post.account === account.name));
      return { account: account.name, timeZone, posts: standings.length, hours: hourEffects(standings, timeZone).hours };
    });
    return {
      json: { accounts: found },
      text: found.flatMap(({ account, posts: count, hours }) => [
        `${account}: ${count === 0 ? 'no figures yet, at least five posts with figures after a day are needed' : `${counted(count, 'post')} with figures, hours of ${timeZone}`}`,
        ...(count === 0 ? [] : hours.map(hourLine)),
      ]),
    };
  },
});

function hourLine({ hour, mean, deviation, posts }: ReturnType<typeof hourEffects>['hours'][number]): string {
  return `  ${String(hour).padStart(2, '0')}:00  ${signed(mean)} ± ${deviation.toFixed(2)}  ${counted(posts, 'post')}`;
}
