import { dayMs } from '../../api/columns.ts';
import type { Account } from '../../api/publish.ts';
import { t, timeText } from '../../texts/text.ts';

/** A token that ends sooner than this is pointed out. */
const nearDays = 7;

/** When the token of an account ends; undefined: never, or not known. */
export function tokenText({ tokenExpiresAt: at }: Account, now: number): { text: string; isNear: boolean } | undefined {
  if (at === null) return undefined;
  const days = Math.floor((Date.parse(at) - now) / dayMs);
  if (days < 0) return { text: t('publish.tokenEnded', { time: timeText(at) }), isNear: true };
  return { text: t('publish.tokenEnds', { n: days, time: timeText(at) }), isNear: days < nearDays };
}

/** The command that connects an account again. The path of a folder is not known here. */
export function connectCommand({ name, network, server }: Account): string {
  const where =
    network === 'folder' ? ' ~/posts' : /^https?:\/\/[\w.:[\]-]+\/?$/.test(server) && network !== 'activitypub' ? ` ${server}` : '';
  return `ai-artist publish connect ${network}${where}${name === network ? '' : ` --as ${name}`}`;
}
