import { splitPayload } from '../../artist/index.ts';
import { isArtistError } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { type Account, queueWork } from '../../publish/index.ts';
import type { TaskRunner } from '../../schedule/index.ts';
import type { Publishing } from './publishing.ts';

export interface PublishAfterOptions {
  publishing: Publishing;
  gallery: Gallery;
  warn: (line: string) => void;
}

/** What the history records of a work beside its result. */
interface Queued {
  /** Ids of its posts. */
  posts: string[];
  /** Why an account has no post of it. */
  warnings: string[];
}

/**
 * Queues each work of a job for the accounts that the job names, after it was filed. A work that is not published, because of its sources or of the
 * account, is a warning in the history: the run has done its work. A run that is repeated after a crash adds no second post.
 */
export function publishAfter(run: TaskRunner, options: PublishAfterOptions): TaskRunner {
  return async (task) => {
    const { order, publish } = splitPayload(task.payload);
    const result = await run({ ...task, payload: order });
    if (publish === undefined || result === null || typeof result !== 'object' || Array.isArray(result)) return result;
    const { id } = result;
    if (typeof id !== 'string') return result;
    const queued = await queueFor(id, publish, options);
    for (const line of queued.warnings) options.warn(`${task.runId}: ${line}`);
    return { ...result, ...queued };
  };
}

async function queueFor(id: string, names: readonly string[], { publishing, gallery }: PublishAfterOptions): Promise<Queued> {
  const { outbox, accounts } = publishing;
  const queued: Queued = { posts: [], warnings: [] };
  const orWarning = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isArtistError(error)) throw error;
      queued.warnings.push(`${what}: ${error.code}: ${error.message}`);
    }
  };
  // Also those that were cancelled or failed: a repeated run must not bring them back.
  const known = (await outbox.list()).posts.filter(({ work }) => work === id);
  const add = async (account: Account): Promise<void> => {
    const earlier = known.find((post) => post.account === account.name);
    const post = earlier ?? (await queueWork(await gallery.get(id), account, publishing));
    queued.posts.push(post.id);
  };
  await orWarning('publishing', async () => {
    for (const name of names.length > 0 ? names : await accounts.names())
      await orWarning(`not published to ${name}`, async () => add(await accounts.get(name)));
  });
  return queued;
}
