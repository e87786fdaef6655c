/** What the build writes from the table of commands (scripts/build.mjs). */
import manifest from '../../package.json' with { type: 'json' };
import { manualPage, pageName } from './man.ts';
import { describeThisProgram } from './program.ts';

/** Texts by their names in dist/. */
export async function pages(): Promise<Record<string, string>> {
  const program = await describeThisProgram();
  const manuals = [program, ...program.commands].map((command): [string, string] => [
    `man/${pageName(command)}.1`,
    manualPage(program, command, manifest.version),
  ]);
  return { 'esm/command-table.js': `export default ${JSON.stringify(program)};\n`, ...Object.fromEntries(manuals) };
}
