import type { DescribedCommand } from '../help/described.ts';

/**
 * The described command line. The build writes it to a file, because loading the file of every command takes half a second; from the sources it is
 * made anew.
 */
export async function commandTable(): Promise<DescribedCommand> {
  const built = new URL('../../command-table.js', import.meta.url).href;
  try {
    return ((await import(built)) as { default: DescribedCommand }).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return (await import('../help/program.ts')).describeThisProgram();
  }
}
