/** Manual pages, in the macros of man(7): one of ai-artist, and one of each of its commands with all that is below it. */
import type { DescribedArgument, DescribedCommand, DescribedFlag } from './described.ts';

/** A text for roff: no line of it is a macro, no dash becomes a hyphen, and letters beyond ASCII need no encoding. */
function escaped(text: string): string {
  const plain = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
  return plain.replace(/[^\0-\x7f]/gu, (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);
}

/** An argument of a macro. */
const quoted = (text: string): string => `"${escaped(text).replaceAll('"', '\\(dq')}"`;
const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;
const italic = (text: string): string => `\\fI${escaped(text)}\\fR`;

/** `ai-artist-create` */
export const pageName = ({ name }: DescribedCommand): string => (name === '' ? 'ai-artist' : `ai-artist-${name}`);

/** Paragraphs; what is indented, or a list, keeps its lines. */
function paragraphs(text: string): string[] {
  if (text === '') return [];
  return text.split(/\n{2,}/).flatMap((part) => (part.includes('\n') ? ['.PP', '.nf', escaped(part), '.fi'] : ['.PP', escaped(part)]));
}

function argumentLine({ name, required, repeats }: DescribedArgument): string {
  const word = `${italic(name)}${repeats ? ' ...' : ''}`;
  return required ? word : `[${word}]`;
}

function synopsis(command: DescribedCommand): string {
  const [words = ''] = command.usage.split(/ [<[]/);
  const parts = [...command.arguments.map(argumentLine), ...(command.runs ? [] : [italic('command')]), '[options]'];
  return `${bold(words)} ${parts.join(' ')}`;
}

function optionLines({ name, letter, aliases, describe, value }: DescribedFlag): string[] {
  const names = [...(letter === undefined ? [] : [`-${letter}`]), ...[name, ...aliases].map((each) => `--${each}`)];
  return ['.TP', `${names.map(bold).join(', ')}${value ? ` ${italic('value')}` : ''}`, escaped(describe)];
}

/** Options under their headings, each heading with the macro of its level. */
function options(flags: readonly DescribedFlag[], heading: string): string[] {
  const groups = new Map<string, DescribedFlag[]>();
  for (const flag of flags) groups.set(flag.group, [...(groups.get(flag.group) ?? []), flag]);
  return [...groups].flatMap(([group, inside]) => [`${heading} ${quoted(group)}`, ...inside.flatMap(optionLines)]);
}

const argumentsOf = (command: DescribedCommand): string[] =>
  command.arguments.filter(({ describe }) => describe !== '').flatMap(({ name, describe }) => ['.TP', italic(name), escaped(describe)]);

const examplesOf = ({ examples }: DescribedCommand): string[] =>
  examples.flatMap(([line, effect]) => ['.PP', escaped(effect), '.PP', '.RS 4', '.nf', escaped(line), '.fi', '.RE']);

/** A command below the one that has the page. */
function below(command: DescribedCommand): string[] {
  return [
    ...(command.runs ? [`.SS ${quoted(command.usage)}`, escaped(command.describe), ...argumentsOf(command)] : []),
    ...command.flags.flatMap(optionLines),
    ...(command.runs ? [...paragraphs(command.epilogue), ...examplesOf(command)] : []),
    ...command.commands.flatMap(below),
  ];
}

/** @returns the page of a command of ai-artist, or of ai-artist itself */
export function manualPage(program: DescribedCommand, command: DescribedCommand, version: string): string {
  const own = command === program;
  const also = own ? program.commands : [program];
  const describe = command.describe.replace(/^ai-artist: /, '');
  const lines = [
    `.TH ${quoted(pageName(command).toUpperCase())} 1 "" ${quoted(`ai-artist ${version}`)} "ai\\-artist manual"`,
    '.SH NAME',
    `${escaped(pageName(command))} \\- ${escaped(describe)}`,
    '.SH SYNOPSIS',
    own ? `${bold('ai-artist')} ${italic('command')} [options]` : synopsis(command),
    '.SH DESCRIPTION',
    `${escaped(describe)}.`,
    ...argumentsOf(command),
    ...paragraphs(command.epilogue),
    ...(own ? ['.SH COMMANDS', ...command.commands.flatMap((each) => ['.TP', bold(each.name), escaped(each.describe)])] : []),
    ...(own || command.commands.length === 0 ? [] : ['.SH COMMANDS', ...command.commands.flatMap(below)]),
    ...(command.flags.length === 0 ? [] : ['.SH OPTIONS', ...options(command.flags, '.SS')]),
    ...(own ? [] : ['.PP', 'Options of every command are described in', '.BR ai\\-artist (1).']),
    ...(command.examples.length === 0 ? [] : ['.SH EXAMPLES', ...examplesOf(command)]),
    '.SH SEE ALSO',
    ...also.map((each, at) => `.BR ${escaped(pageName(each))} (1)${at < also.length - 1 ? ',' : ''}`),
    '',
  ];
  // A heading begins a paragraph by itself.
  return lines.filter((line, at) => line !== '.PP' || !/^\.S[HS]/.test(lines[at - 1] ?? '')).join('\n');
}

/** The page that shows a command: that of the first word of its path. */
export function manualOf(program: DescribedCommand, path: readonly string[], version: string): string {
  return manualPage(program, program.commands.find(({ name }) => name === path[0]) ?? program, version);
}
