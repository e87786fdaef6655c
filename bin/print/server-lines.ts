import { homeOf } from '../../lib/core/index.ts';
import { type RunningServer, TokenBook } from '../../lib/server/index.ts';
import type { Context } from '../shell/run.ts';

/** What a person should know when a server has started. */
export async function serverLines(
  { url, tokensOnly }: RunningServer,
  { paints, schedule }: { paints: boolean; schedule: boolean },
  { home }: Pick<Context, 'home'>,
): Promise<string[]> {
  const any = await new TokenBook(homeOf(home)).isAny();
  const painter = paints ? 'this process paints what is in the queue' : 'other processes paint: ai-artist worker';
  return [
    `ai-artist answers at ${url}`,
    `${painter}${schedule ? ', and runs the schedule' : ''}`,
    tokensOnly
      ? 'every request needs a token: ai-artist serve token list'
      : any
        ? 'looking needs no token; painting and changing do'
        : 'looking needs no token; for painting make one: ai-artist serve token create NAME --scope paint',
  ];
}
