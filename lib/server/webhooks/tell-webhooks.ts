import { isArtistError } from '../../core/index.ts';
import { viewJob } from '../api/jobs/job-view.ts';
import type { ServerContext } from '../context.ts';
import type { LoggedEvent } from '../events/event-log.ts';
import { cleaner, hubOf } from '../events/hub-of-server.ts';
import { poll } from '../events/poll.ts';
import { eventOfState, senderOf } from './hooks-of-server.ts';
import type { WebhookMessage } from './webhook-book.ts';
import type { WebhookSender } from './webhook-sender.ts';

const catchUpMs = 10_000;

type Message = WebhookMessage & { ends?: boolean };

/** What webhooks hear of an event; undefined: nothing, as of progress. */
function messageOf({ type, data, job }: LoggedEvent, started: Set<string>): Message | undefined {
  if (type === 'job') {
    const { state, id } = data as { state: Parameters<typeof eventOfState>[0]; id: string };
    const event = eventOfState(state);
    // Progress comes as events of a running job.
    if (!event || (event === 'job.started' && started.has(id))) return undefined;
    if (event === 'job.started') started.add(id);
    else started.delete(id);
    return { type: event, data, job, ends: event !== 'job.started' };
  }
  if (type === 'work.filed' || type === 'work.changed' || type === 'work.trashed' || type === 'schedule.run') return { type, data };
  if (type !== 'training') return undefined;
  const { state } = data as { state: string };
  if (state === 'running') return { type: 'training.started', data };
  return state === 'waiting' ? undefined : { type: 'training.ended', data };
}

/** The ends of jobs with a hook of their own that came when no server ran, or before the hook was stored. */
async function missedEnds({ jobs }: ServerContext, sender: WebhookSender, clean: (message: string) => string): Promise<Message[]> {
  const missed: Message[] = [];
  for (const { job: id, active } of (await sender.book.read()).hooks) {
    if (id === null || !active) continue;
    const job = await jobs.get(id).catch((error: unknown) => {
      if (isArtistError(error, 'ERR_NOT_FOUND')) return undefined;
      throw error;
    });
    const event = job && eventOfState(job.state);
    if (!job) await sender.book.endOfJob(id);
    else if (event && event !== 'job.started') missed.push({ type: event, data: viewJob(job, clean), job: id, ends: true });
  }
  return missed;
}

/** Sends the events of a server to its webhooks, until the returned function is called. */
export async function tellWebhooks(context: ServerContext): Promise<() => Promise<void>> {
  const { clock, warn } = context;
  const sender = senderOf(context);
  const started = new Set<string>();
  const clean = cleaner(context);
  let turn = Promise.resolve();
  const tell = ({ ends, ...message }: Message): Promise<void> => sender.tell(message, { endsJob: ends ?? false });
  const stop = hubOf(context).listen((event) => {
    const message = sender.isSending ? messageOf(event, started) : undefined;
    if (message) turn = turn.then(() => tell(message));
  });
  await sender.start();
  const stopLooking = poll(
    async () => {
      if (!sender.isSending) return;
      // One after the other with the events, so that an end is told once.
      turn = turn.then(async () => {
        for (const message of await missedEnds(context, sender, clean)) await tell(message);
      });
      await turn;
    },
    { everyMs: catchUpMs, clock, warn, what: 'the webhooks of jobs' },
  );
  return async () => {
    stop();
    stopLooking();
    await turn;
    await sender.close();
  };
}
