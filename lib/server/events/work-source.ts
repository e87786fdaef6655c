import type { Clock } from '../../core/index.ts';
import type { Gallery, GalleryMark, WorkEvent } from '../../gallery/index.ts';
import type { EventHub, EventSource } from './event-hub.ts';
import { poll } from './poll.ts';

const everyMs = 1000;

export interface WorkSourceOptions {
  gallery: Gallery;
  clock: Clock;
  warn: (line: string) => void;
}

/**
 * Publishes which works were filed, changed, trashed, restored and removed, by any process and by hand. Only their ids: what a client may see of a
 * work, the reading routes decide.
 */
export class WorkSource implements EventSource {
  readonly #options: WorkSourceOptions;

  constructor(options: WorkSourceOptions) {
    this.#options = options;
  }

  start(hub: EventHub): () => void {
    const { gallery, clock, warn } = this.#options;
    let mark: GalleryMark | undefined;
    return poll(
      async () => {
        const changes = await gallery.changes(mark);
        ({ mark } = changes);
        if (changes.works) for (const work of changes.works) tellWork(hub, work);
        else hub.publish({ topic: 'work', type: 'works.reload', data: {}, open: {} });
      },
      { everyMs, clock, warn, what: 'the gallery' },
    );
  }
}

function tellWork(hub: EventHub, { id, kind, wasPublic, isPublic }: WorkEvent): void {
  const data = { id };
  // A hidden work is not even named to those who must not see it. One that was public has to leave their page.
  hub.publish({ topic: 'work', type: `work.${kind}`, data, open: wasPublic || isPublic ? data : undefined });
}
