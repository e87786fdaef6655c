import { type Clock, exists, type Home } from '../../core/index.ts';
import { Accounts, Outbox, type Post } from '../../publish/index.ts';
import type { EventHub, EventSource } from './event-hub.ts';
import { poll } from './poll.ts';

const everyMs = 2000;
/** Only the newest posts are watched: every look reads their records. */
const mostPosts = 200;

/** What clients hear the change of. */
const stampOf = ({ state, failures, dueAt, metrics }: Post): string => JSON.stringify([state, failures, dueAt, metrics.length]);

/** Publishes posts that were added or have changed, accounts that stopped or were connected, and the switch, by whatever process. */
export class PostSource implements EventSource {
  readonly #options: { home: Home; clock: Clock; warn: (line: string) => void };

  constructor(options: { home: Home; clock: Clock; warn: (line: string) => void }) {
    this.#options = options;
  }

  start(hub: EventHub): () => void {
    const { home, clock, warn } = this.#options;
    const outbox = new Outbox(home.folder, { clock });
    const accounts = new Accounts(home.folder, { clock });
    let known: Map<string, string> | undefined;
    let desk: string | undefined;
    return poll(
      async () => {
        const stamps = new Map<string, string>();
        for (const id of (await outbox.ids()).slice(-mostPosts)) {
          const post = await outbox.get(id).catch(() => undefined); // a record that cannot be read is told by the list of posts
          if (!post) continue;
          const { state, account, work } = post;
          stamps.set(id, stampOf(post));
          if (known && known.get(id) !== stamps.get(id))
            hub.publish({ topic: 'publish', type: 'post', data: { post: id, work, account, state }, open: undefined });
        }
        known = stamps;
        const isOff = await exists(home.publishingOff);
        const now = JSON.stringify([isOff, await deskOf(accounts)]);
        if (desk !== undefined && desk !== now) hub.publish({ topic: 'publish', type: 'publishing', data: { isOff }, open: undefined });
        desk = now;
      },
      { everyMs, clock, warn, what: 'publishing' },
    );
  }
}

/** The accounts, and since when each is connected or has stopped. */
async function deskOf(accounts: Accounts): Promise<unknown[]> {
  const names = await accounts.names();
  return Promise.all(
    names.map(async (name) => {
      const account = await accounts.get(name).catch(() => undefined); // one that cannot be read is told by the list of accounts
      return [name, account?.connectedAt, account?.stopped?.at];
    }),
  );
}
