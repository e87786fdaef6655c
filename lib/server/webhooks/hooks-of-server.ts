import { ArtistError } from '../../core/index.ts';
import { checkWebhookUrl, type Reach } from '../../hooks/index.ts';
import type { PaintJob } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { WebhookSender } from './webhook-sender.ts';
import type { WebhookEvent } from './webhook-state.ts';

const senders = new WeakMap<ServerContext, WebhookSender>();

/** What the settings permit webhooks to reach. */
export function reachOf({ config }: Pick<ServerContext, 'config'>): Reach {
  return { privateHosts: config.config.server.webhooks.privateHosts.map((host) => host.toLowerCase()) };
}

/** The one sender of a server. */
export function senderOf(context: ServerContext): WebhookSender {
  const known = senders.get(context);
  if (known) return known;
  const { home, clock, warn } = context;
  const sender = new WebhookSender({ home, clock, warn, reach: reachOf(context) });
  senders.set(context, sender);
  return sender;
}

/**
 * Checks the address of a job's own webhook: its origin must be listed, because any client with scope paint may name it.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_FORBIDDEN
 */
export function checkJobHook(text: string, context: ServerContext): void {
  const { origin } = checkWebhookUrl(text, reachOf(context));
  if (context.config.config.server.webhooks.jobOrigins.includes(origin)) return;
  throw new ArtistError(
    'ERR_FORBIDDEN',
    `webhook.url: expected an origin that the setting server.webhooks.jobOrigins lists, got ${origin}. Ask an administrator to add it`,
  );
}

/** The webhook event of the state of a job; undefined: it has none. */
export function eventOfState(state: PaintJob['state']): WebhookEvent | undefined {
  if (state === 'running') return 'job.started';
  return state === 'done' || state === 'failed' || state === 'cancelled' ? `job.${state}` : undefined;
}
