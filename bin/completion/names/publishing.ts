import { Accounts, Outbox } from '../../../lib/publish/index.ts';
import type { Offer } from '../complete.ts';

/** Posts that are offered: the newest. */
const most = 50;

export async function accountNames(home: string): Promise<Offer[]> {
  return (await new Accounts(home).list()).map(({ name, handle }) => ({ value: name, about: handle }));
}

export async function postNames(home: string): Promise<Offer[]> {
  const { posts } = await new Outbox(home).list();
  return [
    ...(posts.length > 0 ? [{ value: 'latest', about: 'the newest post' }] : []),
    ...posts
      .slice(-most)
      .reverse()
      .map(({ id, account, state }) => ({ value: id, about: `${account}, ${state}` })),
  ];
}
