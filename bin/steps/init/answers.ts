/** What `init` asks: each answer is checked as it is given, and every one is also a flag. */
import { createInterface } from 'node:readline/promises';
import { recommend } from '../../../lib/advice/index.ts';
import { ArtistError, errorLine, kindOfPlace, nearest } from '../../../lib/core/index.ts';
import { bundledName, listModels, modelAliases } from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { type NetworkName, networkNames } from '../../../lib/publish/index.ts';
import { parseTiming, ScheduleStore } from '../../../lib/schedule/index.ts';
import { expectedTime } from '../../print/models/advice.ts';
import type { Context } from '../../shell/run.ts';
import { figures, t } from '../../texts/texts.ts';
import { machineOf } from '../models/machine.ts';

/** undefined: it stays as it is. */
export interface Answers {
  model: string | undefined;
  schedule: string | undefined;
  publish: string | undefined;
}

export const none = 'none';

const invalid = (message: string): ArtistError => new ArtistError('ERR_INVALID_ARGUMENT', message);

/** @throws ArtistError ERR_MODEL_NOT_FOUND */
export async function checkModel(given: string, home: string): Promise<void> {
  if (given === 'bundled' || given === bundledName) return;
  const names = [...modelAliases, ...(await listModels({ home }))].map(({ name }) => name);
  if (names.includes(given) || (await kindOfPlace(given)) !== 'nothing') return;
  const guess = nearest(given, ['bundled', ...names]);
  throw new ArtistError(
    'ERR_MODEL_NOT_FOUND',
    `model: expected bundled, an alias (see: ai-artist models recommend) or a file, got ${JSON.stringify(given)}${guess === undefined ? '' : `. Did you mean ${guess}?`}`,
  );
}

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function checkNetwork(given: string): void {
  if (given === none || networkNames.includes(given as NetworkName)) return;
  throw invalid(`publish: expected ${none} or a network (${networkNames.join(', ')}), got ${JSON.stringify(given)}`);
}

const checkSchedule = (given: string): void => {
  if (given !== none) parseTiming(given.split(' '));
};

/** All that is given, checked. @throws ArtistError with the option */
export async function checkAnswers({ model, schedule, publish }: Answers, home: string): Promise<void> {
  if (model !== undefined) await checkModel(model, home);
  if (schedule !== undefined) checkSchedule(schedule);
  if (publish !== undefined) checkNetwork(publish);
}

/** The bundled model, and what suits this machine for photos and illustrations. */
async function offers(context: Context): Promise<string[]> {
  const { advice } = await recommend({ wishes: ['photo', 'illustration'] }, machineOf(context));
  const lines = advice.flatMap(({ wish, first }) => {
    if (!first) return [];
    const { alias, bytes, expected } = first;
    const size = figures(`~${formatBytes(bytes)}`);
    return [t.setup.offer({ name: alias.name, wish: t.advice.wish[wish], size, time: expectedTime(expected) })];
  });
  return [t.setup.bundledOffer, ...lines];
}

/** Asks at the terminal for what is not given. An empty answer keeps what there is. */
export async function askRest(given: Answers, context: Context): Promise<Answers> {
  const { home, signal } = context;
  const { config } = await context.config();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ask = async (question: string, check: (answer: string) => void | Promise<void>): Promise<string | undefined> => {
    for (;;) {
      const answer = (await terminal.question(question, { signal })).trim();
      if (answer === '') return undefined;
      try {
        await check(answer);
        return answer;
      } catch (error) {
        context.note(t.setup.wrong({ why: errorLine(error) }));
      }
    }
  };
  try {
    context.note(t.setup.home({ home }));
    if (given.model === undefined) context.note(...(await offers(context)));
    const model = given.model ?? (await ask(t.setup.askModel({ now: config.model ?? 'bundled' }), (answer) => checkModel(answer, home)));
    const jobs = (await new ScheduleStore(home).list()).length;
    const now = jobs > 0 ? t.setup.jobsThere({ n: jobs }) : none;
    const schedule = given.schedule ?? (await ask(t.setup.askSchedule({ now }), checkSchedule));
    const publish = given.publish ?? (await ask(t.setup.askPublish({ networks: networkNames.join(', ') }), checkNetwork));
    return { model, schedule, publish };
  } finally {
    terminal.close();
  }
}
