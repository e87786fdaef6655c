import { homeOf } from '../../lib/core/index.ts';
import { type RunningServer, TokenBook } from '../../lib/server/index.ts';
import type { Context } from '../shell/run.ts';

/** What a person should know when a server has started. */
export async function serverLines(
  { url, tokensOnly, readOnly, signInUrl }: RunningServer,
  { paints, schedule }: { paints: boolean; schedule: boolean },
  { home }: Pick<Context, 'home'>,
): Promise<string[]> {
  const any = await new TokenBook(homeOf(home)).isAny();
  const painter = paints ? 'This process paints the jobs in the queue' : 'Other processes paint: ai-artist worker';
  // Only a person at this terminal gets it: a journal would keep it.
  const link = process.stderr.isTTY ? signInUrl() : undefined;
  if (readOnly !== undefined)
    return [`Listening on ${url}`, tokensOnly ? 'Every request needs a token: ai-artist serve token list' : 'Reading needs no token'];
  return [
    `Listening on ${url}`,
    ...(link === undefined ? [] : [`To look, paint and change in a browser, open ${link} (works once, within 10 minutes)`]),
    `${painter}${schedule ? ', and runs the schedule' : ''}`,
    tokensOnly
      ? 'Every request needs a token: ai-artist serve token list'
      : any
        ? 'Reading needs no token; painting and changing do'
        : 'Reading needs no token. To paint, make one: ai-artist serve token create NAME --scope paint',
  ];
}
