import { entryFile } from '../../core/index.ts';

/** The program that the isolated process runs (child.ts), and the flags of Node it runs under. */
export function childProgram(): { file: string; execArgv: string[] } {
  const file = entryFile('engine/isolation/child');
  return { file, execArgv: file.endsWith('.ts') ? loaderFlags(process.execArgv) : [] };
}

/** TypeScript source needs the loaders of this process, but not its debugger's port nor its script. */
function loaderFlags(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] ?? '';
    if (/^(--import|--require|-r|--loader)$/.test(flag)) kept.push(flag, execArgv[++index] ?? '');
    else if (/^--(import|require|loader)=/.test(flag)) kept.push(flag);
  }
  return kept;
}
