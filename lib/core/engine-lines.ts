import { currentScope, type Scope, withScope } from './scope.ts';

export const engineLineLevels = ['debug', 'info', 'warn', 'error'] as const;
export type EngineLineLevel = (typeof engineLineLevels)[number];

/** One line that the native engine said, and the work that it said it for. */
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
 * Hears the native engine's own log lines of `level` and above, of every job of this process and its isolated engines. The returned function
 * ends it. `listen` is called within the scope of the work and should be quick.
 */
export function onEngineLine(level: EngineLineLevel, listen: (line: EngineLine) => void): () => void {
  const listener = { level, listen };
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The lowest level that anybody listens to; warn, which the engine's own errors need, where nobody does. */
export function engineLineLevel(): EngineLineLevel {
  let lowest = rank('warn');
  for (const { level } of listeners) lowest = Math.min(lowest, rank(level));
  return engineLineLevels[lowest] ?? 'warn';
}

/** Hands a line to those who listen. A listener that throws takes nothing from the job: it is reported as a warning of the process. */
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
