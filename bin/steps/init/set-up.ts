/** Writes what `init` was told: the setting of the model, a job of the schedule. */
import { initConfig, setConfig } from '../../../lib/config/index.ts';
import { homeOf, kindOfPlace } from '../../../lib/core/index.ts';
import { bundledName, listModels, type ModelAlias, modelAliases } from '../../../lib/models/index.ts';
import { formatMoment, formatTiming, parseTiming, ScheduleStore } from '../../../lib/schedule/index.ts';
import { jobOptionsOf } from '../../flags/schedule/job-flags.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';
import { type Answers, none } from './answers.ts';

async function settleModel(given: string | undefined, { home, config }: Context): Promise<string | undefined> {
  const { config: before } = await config();
  if ((await kindOfPlace(homeOf(home).config)) === 'nothing') await initConfig(home, { overwrite: false });
  if (given === undefined) return before.model;
  const model = given === 'bundled' || given === bundledName ? undefined : given;
  if (model !== before.model) await setConfig(home, new Map([['model', model]]));
  return model;
}

/** A schedule that is there already is not added again. */
async function settleJob(given: string | undefined, context: Context): Promise<{ id: string; line: string } | undefined> {
  if (given === undefined || given === none) return undefined;
  const store = new ScheduleStore(context.home);
  const expression = parseTiming(given.split(' '));
  const timing = formatTiming(expression.timing);
  const known = (await store.list()).find((job) => formatTiming(job.timing) === timing);
  if (known) return { id: known.id, line: t.setup.jobKnown({ id: known.id, timing }) };
  const { options } = await jobOptionsOf({ 'topic-rotation': true } as Parameters<typeof jobOptionsOf>[0], expression, context);
  const job = await store.add({ name: timing, ...options, when: expression.timing });
  const [next] = await store.next(1, job.id);
  return { id: job.id, line: t.setup.job({ id: job.id, timing, next: next ? formatMoment(next.at, job.timeZone) : '-' }) };
}

/** Commands to run now, in their order. */
function nextCommands({ publish }: Answers, toPull: ModelAlias | undefined, job: boolean): string[] {
  return [
    ...(toPull ? [`ai-artist models pull ${toPull.name}`] : []),
    'ai-artist create',
    ...(job ? ['ai-artist schedule start'] : []),
    ...(publish !== undefined && publish !== none ? [`ai-artist publish connect ${publish}`] : []),
  ];
}

export async function setUp(answers: Answers, context: Context): Promise<Outcome> {
  const { home } = context;
  const model = await settleModel(answers.model, context);
  const job = await settleJob(answers.schedule, context);
  const isHere = (await listModels({ home })).some(({ name, complete }) => name === model && complete);
  const toPull = isHere ? undefined : modelAliases.find(({ name }) => name === model);
  const next = nextCommands(answers, toPull, job !== undefined);
  return {
    json: { home, config: homeOf(home).config, model: model ?? bundledName, job: job?.id ?? null, next },
    text: next,
    notes: [
      t.setup.settings({ path: homeOf(home).config }),
      ...(job ? [job.line] : []),
      ...(toPull?.gated ? [t.setup.gated({ name: toPull.name })] : []),
      t.setup.next,
    ],
  };
}
