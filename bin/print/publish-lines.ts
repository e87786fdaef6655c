import { plainText } from '../../lib/core/index.ts';
import type { Account, Post } from '../../lib/publish/index.ts';
import { shownTime } from './times.ts';

/** Why it is where it is: its address, its problem, or when it goes on. */
function detailOf({ published, problem, state, nextAt, dueAt, unknownSources }: Post): string {
  if (published) return published.url ?? published.uri;
  if (problem && state !== 'cancelled') return `${problem.message}${nextAt === null ? '' : ` (again at ${shownTime(nextAt)})`}`;
  if (state === 'draft' && unknownSources.length > 0) return `terms not known: ${unknownSources.join('; ')}`;
  return dueAt === null ? '' : `not before ${shownTime(dueAt)}`;
}

const firstLine = (text: string): string => plainText(text).split('\n')[0]?.slice(0, 50) ?? '';

/** `01K… 2026-12-02 09:00 +01:00  published   mastodon  "A red fox"  https://…`. `reason`: why it waits. */
export function postLine(post: Post, reason?: string): string {
  const detail = plainText(reason ?? detailOf(post)).replace(/\s+/g, ' ');
  return `${post.id}  ${shownTime(post.createdAt)}  ${post.state.padEnd(10)} ${post.account.padEnd(10)} ${JSON.stringify(firstLine(post.content.text))}${detail === '' ? '' : `  ${detail}`}`;
}

export function accountLine({ name, network, handle, server, stopped }: Account): string {
  const where = handle === '' ? server : handle;
  return `${name.padEnd(12)} ${network.padEnd(10)} ${plainText(where)}${stopped ? `  stopped: ${plainText(stopped.message)}` : ''}`;
}
