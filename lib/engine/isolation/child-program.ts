import { entryFile } from '../../core/index.ts';

/** The program of the isolated process (child.ts) and the Node flags it runs with. */
export function childProgram(): { file: string; execArgv: string[] } {
  const file = entryFile('engine/isolation/child');
  return { file, execArgv: file.endsWith('.ts') ? loaderFlags(process.execArgv) : [] };
}

/** Running TypeScript source needs this process's loaders, but not its debugger port. */
function loaderFlags(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] ?? '';
    if (/^(--import|--require|-r|--loader)$/.test(flag)) kept.push(flag, execArgv[++index] ?? '');
    else if (/^--(import|require|loader)=/.test(flag)) kept.push(flag);
  }
  return kept;
}
