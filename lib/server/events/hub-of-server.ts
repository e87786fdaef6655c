import { redact } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import { withoutPaths } from '../errors/request-error.ts';
import { EventHub } from './event-hub.ts';
import { JobSource } from './job-source.ts';
import { PostSource } from './post-source.ts';
import { ScheduleSource } from './schedule-source.ts';
import { TrainingSource } from './training-source.ts';
import { WorkSource } from './work-source.ts';

const hubs = new WeakMap<ServerContext, EventHub>();

/** Removes secrets and folders of this machine from the message of a record. */
export const cleaner =
  ({ home }: Pick<ServerContext, 'home'>) =>
  (message: string): string =>
    withoutPaths(redact(message), home.folder);

/** The one hub of a server. It closes when the server begins to drain. */
export function hubOf(context: ServerContext): EventHub {
  const known = hubs.get(context);
  if (known) return known;
  const { jobs, queue, clock, warn, home, gallery, closing } = context;
  const clean = cleaner(context);
  const hub = new EventHub({
    clock,
    sources: [
      new JobSource({ jobs, queue, clock, clean, warn }),
      new WorkSource({ gallery, clock, warn }),
      new ScheduleSource({ home, clock, clean, warn }),
      new TrainingSource({ home, clock, clean, warn }),
      new PostSource({ home, clock, warn }),
    ],
  });
  hubs.set(context, hub);
  closing.addEventListener('abort', () => hub.close(), { once: true });
  return hub;
}
