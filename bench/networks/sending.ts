/** Posts through a way that loses calls and answers, by senders that are killed: what the server has in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../lib/core/index.ts';
import { Accounts, type NetworkName, Outbox } from '../../lib/publish/index.ts';
import { file, place } from '../../test/gallery/support.ts';
import { KilledSenders } from '../../test/publish/killed-senders.ts';
import type { Fault } from '../../test/support/networks/loopback.ts';
import { openLossyProxy } from '../../test/support/networks/lossy-proxy.ts';
import { contentOf, pictureOf } from '../../test/support/networks/orders.ts';

export interface Sending {
  network: NetworkName;
  /** Of the real server. */
  url: string;
  secrets: Record<string, string>;
  count: number;
  faults: readonly Fault[];
  /** The texts of all posts that the server shows. */
  texts: () => Promise<readonly string[]>;
}

/** Faults for a share of the calls, those that make a post above all. */
export const manyFaults = (posting: string): Fault[] => [
  { on: posting, does: 'drop', acts: true, times: 0, chance: 0.15 },
  { on: posting, does: 'cut', times: 0, chance: 0.1 },
  { does: 'drop', times: 0, chance: 0.05 },
  { does: 'answer', reply: { status: 503, text: '<html>Unavailable</html>' }, times: 0, chance: 0.05 },
  { does: 'answer', reply: { status: 429, headers: { 'retry-after': '20' }, json: { error: 'slow down' } }, times: 0, chance: 0.03 },
];

/** @returns a line of figures; throws if a post is there twice or not at all */
export async function sendMany({ network, url, secrets, count, faults, texts }: Sending): Promise<string> {
  const at = place();
  const outbox = new Outbox(at.home);
  const proxy = await openLossyProxy(url);
  proxy.fail(...faults);
  const account = { name: network, network, server: proxy.url, secrets, handle: network, url: null, connectedAt: 0, stopped: null };
  await new Accounts(at.home).save(account);
  const { id: work } = await file(at, 'a red fox');
  const wanted = Array.from({ length: count }, (_, n) => `work ${n} of ${count} #AIart`);
  const about = { work, account: network, network, unknownSources: [], dueAt: null, price: 0, approvedBy: 'hand' as const };
  for (const [n, text] of wanted.entries()) await outbox.add({ ...about, content: contentOf({ text }), picture: pictureOf(n) });
  const senders = new KilledSenders({ home: at.home, speed: 60, behindMs: 24 * 3_600_000 });
  const chance = seededRandom(7);
  const states = async (): Promise<string[]> => (await outbox.list()).posts.map(({ state }) => state);
  try {
    for (const stopAt = Date.now() + 900_000; (await states()).some((state) => state !== 'published') && Date.now() < stopAt; ) {
      await sleep(500 + 700 * chance());
      if (senders.kills < count / 4) await senders.killOne(chance());
      else proxy.heal();
    }
  } finally {
    await senders.close();
  }
  const calls = proxy.calls.length;
  await proxy.close();
  const there = (await texts()).filter((text) => wanted.includes(text));
  const lost = wanted.filter((text) => !there.includes(text));
  const twice = there.length - new Set(there).size;
  const line = `${count} posts, ${senders.kills} kills, ${calls} calls: ${twice} twice, ${lost.length} lost`;
  const others = (await states()).filter((state) => state !== 'published');
  if (twice > 0 || lost.length > 0 || others.length > 0)
    throw new Error(
      `networks: expected each post once, got ${line}; states ${others.join(', ') || 'published'}; ${senders.said.slice(-3).join('; ')}`,
    );
  return line;
}
