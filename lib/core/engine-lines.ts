import { currentScope, type Scope, withScope } from './scope.ts';

export const engineLineLevels = ['debug', 'info', 'warn', 'error'] as const;
export type EngineLineLevel = (typeof engineLineLevels)[number];

/** One line of the native engine's log, and the work it belongs to. */
export interface EngineLine {
  level: EngineLineLevel;
  text: string;
  scope: Scope;
}

interface Listener {
  level: EngineLineLevel;
  listen: (line: EngineLine) => void;
}

const listeners = new Set<Listener>();
const rank = (level: EngineLineLevel): number => engineLineLevels.indexOf(level);

/**
 * Listens to the native engine's log lines of `level` and above, of every job of this process and its isolated engines. The returned
 * function stops it. `listen` runs within the scope of the work and should be quick.
 */
export function onEngineLine(level: EngineLineLevel, listen: (line: EngineLine) => void): () => void {
  const listener = { level, listen };
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The lowest level any listener wants; without listeners it is warn, which the engine's errors need. */
export function engineLineLevel(): EngineLineLevel {
  let lowest = rank('warn');
  for (const { level } of listeners) lowest = Math.min(lowest, rank(level));
  return engineLineLevels[lowest] ?? 'warn';
}

/** Passes a line to the listeners. If a listener throws, the job continues and the error becomes a process warning. */
export function tellEngineLine(level: EngineLineLevel, text: string, scope: Scope = currentScope()): void {
  for (const listener of listeners) {
    if (rank(level) < rank(listener.level)) continue;
    try {
      withScope(scope, () => listener.listen({ level, text, scope }));
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}
