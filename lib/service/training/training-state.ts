import * as z from 'zod';
import { type Home, type StateDefinition, StateFile, type StateOptions } from '../../core/index.ts';

/** `waiting`: for the picture that is being painted. `stopped`: on request, `interrupted`: its process died; both can be resumed. */
export const trainingStates = ['waiting', 'running', 'done', 'failed', 'stopped', 'interrupted'] as const;
export type TrainingState = (typeof trainingStates)[number];

const runSchema = z.strictObject({
  /** Name of its folder in `<home>/training`. */
  name: z.string(),
  state: z.enum(trainingStates),
  /** Of trainLora(), without those that the server sets. null: the run is resumed. */
  options: z.record(z.string(), z.json()).nullable(),
  /** Whether painting continues beside it. */
  share: z.boolean(),
  /** The queue was paused for it, and must be resumed afterwards. */
  pausedQueue: z.boolean(),
  /** Somebody asked it to stop. */
  stop: z.boolean(),
  /** Its process, and what distinguishes it from a later one with that id; null: none. */
  pid: z.int().nullable(),
  birth: z.string().nullable(),
  /** Milliseconds since 1970. */
  orderedAt: z.int(),
  startedAt: z.int().nullable(),
  endedAt: z.int().nullable(),
  /** Of the failure. */
  code: z.string().nullable(),
  message: z.string().nullable(),
});
export type OrderedRun = z.infer<typeof runSchema>;

const stateSchema = z.strictObject({ runs: z.array(runSchema) });
export type TrainingOrders = z.infer<typeof stateSchema>;

const definition: StateDefinition<TrainingOrders> = {
  kind: 'training',
  version: 1,
  schema: stateSchema,
  initial: () => ({ runs: [] }),
  lists: { runs: {} },
};

/** The runs that were started through a server, newest last, for the server and the process that trains. */
export function trainingOrders(home: Home, options: StateOptions = {}): StateFile<TrainingOrders> {
  return new StateFile(home.state('training.json'), definition, options);
}

export const isOpen = ({ state }: Pick<OrderedRun, 'state'>): boolean => state === 'waiting' || state === 'running';
