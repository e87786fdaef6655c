import * as z from 'zod';
import { ArtistError, birthOf, type Clock, display, type Home, isAlive, StateFile } from '../../../core/index.ts';
import type { Scope } from '../../context.ts';
import { mostRecords } from './undo-records.ts';

export const operationStates = ['waiting', 'running', 'done', 'cancelled', 'failed', 'interrupted'] as const;

const counts = {
  /** Works it is about. */
  total: z.int(),
  /** Works that were looked at. */
  done: z.int(),
  changed: z.int(),
  /** Works that had the wanted values already, or, for an undo, were changed since. */
  unchanged: z.int(),
  failed: z.int(),
};

/** A mass action, as clients see it. */
export const operationSchema = z.object({
  id: z.string(),
  action: z.enum(['change', 'trash', 'restore', 'purge', 'rename', 'undo']),
  /** In words. */
  what: z.string(),
  state: z.enum(operationStates),
  ...counts,
  /** The first failures. */
  failures: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })),
  /** Why it failed as a whole. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  client: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** The operation that it takes back. */
  undoes: z.string().nullable(),
  undoneAt: z.string().nullable(),
  undoable: z.boolean(),
});
export type Operation = z.output<typeof operationSchema>;

/** As stored: with the process that runs it. */
const stored = operationSchema.omit({ undoable: true }).extend({ pid: z.int(), birth: z.string().nullable() });
export type StoredOperation = z.output<typeof stored>;

const definition = {
  kind: 'operations',
  version: 1,
  schema: z.strictObject({ operations: z.array(stored) }),
  initial: () => ({ operations: [] }),
};

const hasEnded = ({ state }: StoredOperation): boolean => state !== 'waiting' && state !== 'running';

/** The latest operations of a home, of all its servers, in `<home>/state/operations.json`. */
export class OperationBook {
  readonly #file: StateFile<z.output<typeof definition.schema>>;

  constructor(home: Home, clock: Clock) {
    this.#file = new StateFile(home.state('operations.json'), definition, { clock });
  }

  /** Stores the present state of an operation. */
  async put(operation: StoredOperation): Promise<void> {
    await this.#file.update(({ operations }) => ({
      operations: [...operations.filter(({ id }) => id !== operation.id), operation]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(-mostRecords),
    }));
  }

  /** Newest first. One whose process has ended without a word is interrupted. */
  async list(): Promise<Operation[]> {
    const { operations } = await this.#file.read();
    return Promise.all(operations.reverse().map(shown));
  }

  /** @throws ArtistError ERR_NOT_FOUND */
  async get(id: string): Promise<Operation> {
    const { operations } = await this.#file.read();
    const found = operations.find((operation) => operation.id === id);
    if (!found) throw new ArtistError('ERR_NOT_FOUND', `${display(id)}: no such operation`);
    return shown(found);
  }

  /** Notes that an operation was taken back. */
  async markUndone(id: string, at: string): Promise<void> {
    await this.#file.change(({ operations }) => {
      const found = operations.find((each) => each.id === id);
      if (found) found.undoneAt = at;
    });
  }
}

/** What a token needs to begin such an operation. */
export const scopeOf = ({ action }: Pick<Operation, 'action'>): Scope => (action === 'purge' ? 'admin' : 'paint');

/** Why an operation cannot be undone. */
export function reason({ action, state, undoneAt }: Operation): string {
  if (undoneAt !== null) return 'one that was undone';
  if (action === 'purge' || action === 'undo') return `one of ${action}`;
  return state === 'running' || state === 'waiting' ? `one that is ${state}` : 'one that changed nothing';
}

async function shown({ pid, birth, ...operation }: StoredOperation): Promise<Operation> {
  const lost = !hasEnded({ ...operation, pid, birth }) && (!isAlive(pid) || (birth !== null && (await birthOf(pid)) !== birth));
  return withUndoable(lost ? { ...operation, state: 'interrupted' } : operation);
}

export function withUndoable(operation: Omit<Operation, 'undoable'>): Operation {
  const { state, action, undoneAt, changed } = operation;
  const ended = state !== 'waiting' && state !== 'running';
  const undoable = ended && undoneAt === null && action !== 'purge' && action !== 'undo' && (changed > 0 || state === 'interrupted');
  return { ...operation, undoable };
}
