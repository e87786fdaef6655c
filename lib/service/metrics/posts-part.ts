import { homeOf } from '../../core/index.ts';
import { Accounts, type NetworkName, Outbox, type PostState, postStates, type RunningSender, runningSenders } from '../../publish/index.ts';
import { accountView } from '../publishing/views.ts';

/** Posts and accounts of a home. */
export interface PostsPart {
  states: Record<PostState, number>;
  /** Programs that send what is due now. */
  senders: RunningSender[];
  /** How often posts ended so, by network; a failure counts also after the post was tried again. */
  outcomes: { network: NetworkName; outcome: PostState; count: number }[];
  accounts: {
    name: string;
    network: NetworkName;
    /** ISO; null: never, or not known. */
    tokenExpiresAt: string | null;
    /** Why nothing is posted to it. */
    stopped: string | null;
  }[];
}

const outcomes: readonly PostState[] = ['published', 'failed', 'unknown', 'cancelled'];

/** null: no account was ever connected, and there is no post. @throws ArtistError ERR_READ, ERR_DAMAGED */
export async function postsOf(home: string): Promise<PostsPart | null> {
  const accounts = await new Accounts(home).list();
  const { posts } = await new Outbox(home).list();
  if (accounts.length === 0 && posts.length === 0) return null;
  const states = Object.fromEntries(postStates.map((state) => [state, 0])) as Record<PostState, number>;
  const ended = new Map<string, PostsPart['outcomes'][number]>();
  for (const { state, network, history } of posts) {
    states[state]++;
    for (const { state: outcome } of history) {
      if (!outcomes.includes(outcome)) continue;
      const key = `${network} ${outcome}`;
      const one = ended.get(key) ?? { network, outcome, count: 0 };
      one.count++;
      ended.set(key, one);
    }
  }
  return {
    states,
    senders: await runningSenders(homeOf(home)),
    outcomes: [...ended.values()],
    accounts: accounts.map((account) => {
      const { name, network, tokenExpiresAt } = accountView(account);
      return { name, network, tokenExpiresAt, stopped: account.stopped?.message ?? null };
    }),
  };
}
