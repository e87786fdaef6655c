/** Text of --help. yargs lays out the options; each example has its own line, so that it can be copied. */

import type { CommandEntry } from '../shell/command-entry.ts';
import { type CommandLine, nameOf, usageOf } from '../shell/command-line.ts';
import { createParser } from '../shell/parser.ts';
import { help as english } from '../texts/en/shell/help.ts';
import { describedIn } from '../texts/in-a-line.ts';
import { language, type Texts, t } from '../texts/texts.ts';
import type { ProgramText } from './described.ts';

const examplesIn = ({ effects }: Texts['help']): (readonly [string, string])[] => [
  ['$0 create "a red fox in the snow"', effects.create],
  ['$0 generate "an owl" --steps 12 --seed 7 --out owl.png', effects.generate],
  ['$0 doctor', effects.doctor],
];

/** What ai-artist itself says in its manual page and to completion: in English, whatever the language of the machine that builds them. */
export const programText: ProgramText = {
  describe: english.program,
  examples: examplesIn(english),
  epilogue: english.epilogue,
};

const linesOf = (pairs: readonly (readonly [string, string])[]): string[] =>
  pairs.flatMap(([line, meaning]) => [`  ${line.replaceAll('$0', 'ai-artist')}`, `      ${meaning}`]);

/** `text` wrapped at spaces. */
function wrapped(text: string, width: number): string {
  return text.replace(new RegExp(`(?![^\\n]{1,${width}}$)([^\\n]{1,${width}}) `, 'gm'), '$1\n');
}

/** A heading of options in the language of the terminal; it is declared in English. */
const groupIn = (heading: string): string => Object.entries(t.help.groups).find(([name]) => name === heading)?.[1] ?? heading;

/** The help of ai-artist or of one of its commands. */
export async function helpOf({ path, command, next }: CommandLine, commands: readonly CommandEntry[]): Promise<string> {
  const width = Math.min(120, process.stdout.columns ?? 100);
  const leads = command?.commands !== undefined && command.handle === undefined;
  const words = path.map(nameOf);
  const { program, usage, command: oneOfThem, options: anyOptions, epilogue, layout } = t.help;
  const head = command
    ? `${usage}: ${usageOf(path)}${leads ? ` ${oneOfThem}` : ''} ${anyOptions}\n\n${describedIn(language, words.join(' '), path.at(-1)?.describe ?? '')}`
    : `${program}\n\n${usage}: ai-artist ${oneOfThem} ${anyOptions}`;
  const parser = createParser([])
    .scriptName(['ai-artist', ...words].join(' '))
    .usage(head)
    .updateStrings(layout);
  const described = command ? command.declare(parser) : parser;
  for (const entry of command ? next : commands)
    described.command(entry.usage, describedIn(language, [...words, nameOf(entry)].join(' '), entry.describe));
  // yargs shows its initial empty list as a default.
  const options = (await described.getHelp()).replace(/ +\[default: \[\]\]/g, '').replace(/^(\S.*)(?=:$)/gm, groupIn);
  return [
    options.trimEnd(),
    '',
    `${t.help.examples}:`,
    ...linesOf(command?.examples ?? examplesIn(t.help)),
    '',
    wrapped(command ? (command.epilogue ?? '') : epilogue, width),
  ]
    .join('\n')
    .trimEnd();
}
