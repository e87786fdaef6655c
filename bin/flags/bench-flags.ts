/** The flags of `bench`, and what they mean together. */
import { type BenchOptions, type GivenModel, standardTasks, suiteNames } from '../../lib/bench/index.ts';
import { ArtistError, defined } from '../../lib/core/index.ts';
import { optionTables, type Rows } from '../../lib/engine/index.ts';
import { partRoles } from '../../lib/models/index.ts';
import { choice, list, number, text, toggle, type Values } from './flags.ts';
import { flagsOf } from './row-flags.ts';

export const suiteChoices = ['standard', ...suiteNames] as const;

const files: Rows = Object.fromEntries(
  partRoles.map((role) => [role, { ...optionTables.loadModel[role], group: 'A model of your own', default: undefined }]),
);
const modelFiles = flagsOf(files);
const own = 'A model of your own';

export const benchFlags = {
  suite: choice('The same as the argument', suiteChoices),
  task: list(
    'Only this task, whatever time and memory it takes, such as paint/sdxl-1024; may be given several times',
    undefined,
    (value) => value,
  ),
  all: toggle('Also tasks that do not fit the memory or take long'),
  quick: toggle('Three repeats in place of five, and of models in true size only what fits into a minute'),
  repeats: number('Repeats of each task after the first, 1..1000. Default: 5'),
  backend: text('Device, as ai-artist doctor names it'),
  threads: number('CPU threads, 1..512. Default: physical cores minus one'),
  label: text('Name of this machine in tables, such as "MacBook Pro M4"'),
  out: text('Result file (.json) to share and to compare'),
  force: toggle('Replace an existing file'),
  ...modelFiles.flags,
  width: number('Pixels. Default: as such models are used', own),
  height: number('Pixels. Default: as such models are used', own),
  steps: number('Steps of a picture. Default: as such models are used', own),
};

type Given = Values<typeof benchFlags> & { what: (typeof suiteChoices)[number] | undefined };

function modelOf(values: Given): GivenModel | undefined {
  const { width, height, steps } = values;
  const given: GivenModel['files'] = modelFiles.optionsOf(values);
  if (given.model !== undefined || given.diffusionModel !== undefined) return defined({ files: given, width, height, steps });
  const [alone] = Object.entries({ ...given, width, height, steps }).find(([, value]) => value !== undefined) ?? [];
  if (alone === undefined) return undefined;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `${alone}: expected a model or diffusionModel beside it, got none`);
}

/** Options of runBench(). @throws ArtistError ERR_INVALID_ARGUMENT: flags that exclude each other */
export function benchOptions(values: Given): BenchOptions {
  const { what, suite = what, task: tasks, all, quick, repeats, backend, threads, label } = values;
  if (what !== undefined && suite !== what)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `suite: expected one suite, got ${what} and ${suite}. Leave one of them out`);
  const model = modelOf(values);
  const chosen = Object.entries({ suite, task: tasks, model }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (chosen.length > 1)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${chosen[1]}: expected no ${chosen[0]} beside it, got both. Leave one of them out`);
  return {
    ...defined({ tasks, repeats, label, model }),
    ...(suite !== undefined && suite !== 'standard' && { suites: [suite] }),
    all: all === true,
    quick: quick === true,
    engine: defined({ backend, threads }),
  };
}

/** The tasks, for the help. */
export const taskNames = standardTasks.map(({ id }) => id).join(', ');
