import { commands } from '../commands/table.ts';
import { type DescribedCommand, describeProgram } from './described.ts';
import { programText } from './help.ts';

/** ai-artist as it is here. Loads the file of every command. */
export function describeThisProgram(): Promise<DescribedCommand> {
  return describeProgram(programText, commands);
}
