/** What the build writes from the table of commands (scripts/build.mjs). */
import { describeThisProgram } from './program.ts';

/** Texts by their names in dist/. */
export async function pages(): Promise<Record<string, string>> {
  const program = await describeThisProgram();
  return { 'esm/command-table.js': `export default ${JSON.stringify(program)};\n` };
}
