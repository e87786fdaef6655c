import type { Clock, Home } from '../../core/index.ts';
import { Outbox, type PostState } from '../../publish/index.ts';
import type { EventHub, EventSource } from './event-hub.ts';
import { poll } from './poll.ts';

const everyMs = 2000;
/** Only the newest posts are watched: every look reads their records. */
const mostPosts = 200;

/** Publishes posts that were added or are in another state, by whatever process. */
export class PostSource implements EventSource {
  readonly #options: { home: Home; clock: Clock; warn: (line: string) => void };

  constructor(options: { home: Home; clock: Clock; warn: (line: string) => void }) {
    this.#options = options;
  }

  start(hub: EventHub): () => void {
    const { home, clock, warn } = this.#options;
    const outbox = new Outbox(home.folder, { clock });
    let known: Map<string, PostState> | undefined;
    return poll(
      async () => {
        const states = new Map<string, PostState>();
        for (const id of (await outbox.ids()).slice(-mostPosts)) {
          const post = await outbox.get(id).catch(() => undefined); // a record that cannot be read is told by the list of posts
          if (!post) continue;
          const { state, account, work } = post;
          states.set(id, state);
          if (known && known.get(id) !== state)
            hub.publish({ topic: 'publish', type: 'post', data: { post: id, work, account, state }, open: undefined });
        }
        known = states;
      },
      { everyMs, clock, warn, what: 'publishing' },
    );
  }
}
