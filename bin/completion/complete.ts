/** What may come next on a command line: pure, over the described command line. */
import type { DescribedCommand, DescribedFlag } from '../help/described.ts';
import { type Kind, kindOfArgument, kindOfFlag, type PathKind, pathOf } from './kinds.ts';

/** A word that a shell offers. */
export interface Offer {
  value: string;
  /** For shells that show one. */
  about?: string | undefined;
}

/** `paths`: the shell adds its own files or folders. */
export interface Offers {
  offers: readonly Offer[];
  paths?: PathKind | undefined;
}

export type LookUp = (kind: Exclude<Kind, PathKind | 'none'>, typed: string) => Promise<readonly Offer[]>;

/** Where the line stands. */
interface Place {
  /** The command with the commands above it, outermost first, without ai-artist itself. */
  path: readonly DescribedCommand[];
  command: DescribedCommand;
  /** Its options, and those of every command. */
  flags: readonly DescribedFlag[];
  /** Arguments so far. */
  given: number;
  /** Options so far. */
  used: ReadonlySet<string>;
  /** The option whose value comes next. */
  waiting: DescribedFlag | undefined;
  /** Behind `--`: no options any more. */
  closed: boolean;
}

function flagNamed(flags: readonly DescribedFlag[], word: string): DescribedFlag | undefined {
  const name = /^--(?:no-)?([\w-]+)/.exec(word)?.[1];
  const letter = /^-(\w)$/.exec(word)?.[1];
  return flags.find((flag) => flag.name === name || (name !== undefined && flag.aliases.includes(name)) || flag.letter === (letter ?? ''));
}

function placeOf(program: DescribedCommand, words: readonly string[]): Place {
  const path: DescribedCommand[] = [];
  const used = new Set<string>();
  let [command, given, closed] = [program, 0, false];
  const flags = (): DescribedFlag[] => [...new Set([...command.flags, ...program.flags])];
  let waiting: DescribedFlag | undefined;
  for (const [at, word] of words.entries()) {
    if (waiting) waiting = undefined;
    else if (word === '--') closed = true;
    else if (!closed && word.startsWith('-') && word !== '-') {
      const flag = flagNamed(flags(), word);
      if (flag) used.add(flag.name);
      waiting = flag?.value && !word.includes('=') ? flag : undefined;
    } else if (at === 0 && word === 'help') continue;
    else {
      const inner = given === 0 ? command.commands.find(({ name }) => name === word) : undefined;
      if (inner) path.push(inner);
      else given++;
      command = inner ?? command;
    }
  }
  return { path, command, flags: flags(), given, used, waiting, closed };
}

const starting = (offers: readonly Offer[], typed: string): Offer[] => offers.filter(({ value }) => value.startsWith(typed));

/** The first sentence: shells show one short line. */
const short = (text: string): string => text.replace(/(?:\. |; ).*$/s, '');

async function valuesOf(kind: Kind, typed: string, lookUp: LookUp): Promise<Offers> {
  if (kind === 'none') return { offers: [] };
  if (kind === 'file' || kind === 'folder') return { offers: [], paths: kind };
  const offers = starting(await lookUp(kind, typed), typed);
  // LoRAs and models may also be given by path.
  return { offers, ...((kind === 'lora' || kind === 'model') && { paths: 'file' as const }) };
}

async function valuesOfFlag(flag: DescribedFlag, { path }: Place, typed: string, lookUp: LookUp): Promise<Offers> {
  if (flag.choices)
    return {
      offers: starting(
        flag.choices.map((value) => ({ value })),
        typed,
      ),
    };
  return valuesOf(kindOfFlag(pathOf(path), flag.name), typed, lookUp);
}

function flagsOf({ flags, used }: Place, typed: string): Offer[] {
  const open = flags.filter(({ name, repeats }) => repeats || !used.has(name));
  const offers = open.map(({ name, describe }) => ({ value: `--${name}`, about: short(describe) }));
  if (!typed.startsWith('--n')) return starting(offers, typed);
  const off = open.filter(({ value }) => !value).map(({ name, describe }) => ({ value: `--no-${name}`, about: `Off: ${short(describe)}` }));
  return starting([...offers, ...off], typed);
}

async function wordsAt({ path, command, given }: Place, typed: string, lookUp: LookUp): Promise<Offers> {
  const below = given === 0 ? command.commands.map(({ name, describe }) => ({ value: name, about: short(describe) })) : [];
  const argument = command.arguments[given] ?? command.arguments.findLast(({ repeats }) => repeats);
  const values: Offers = argument?.choices
    ? { offers: argument.choices.map((value) => ({ value })) }
    : await valuesOf((argument && kindOfArgument(pathOf(path), argument.name)) ?? 'none', typed, lookUp);
  return { ...values, offers: [...starting(below, typed), ...starting(values.offers, typed)] };
}

/** @param words what stands behind `ai-artist`; the last is the one that is being typed, and may be empty */
export async function complete(program: DescribedCommand, words: readonly string[], lookUp: LookUp): Promise<Offers> {
  const typed = words.at(-1) ?? '';
  const place = placeOf(program, words.slice(0, -1));
  if (place.waiting) return valuesOfFlag(place.waiting, place, typed, lookUp);
  if (place.closed || !typed.startsWith('-')) {
    const found = await wordsAt(place, typed, lookUp);
    const help = { value: 'help', about: 'Help on a command' };
    return words.length === 1 ? { ...found, offers: [...found.offers, ...starting([help], typed)] } : found;
  }
  const [, name = '', value = ''] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? [];
  const flag = name === '' ? undefined : flagNamed(place.flags, name);
  if (!flag?.value) return { offers: flagsOf(place, typed) };
  const { offers, paths } = await valuesOfFlag(flag, place, value, lookUp);
  return { offers: offers.map((offer) => ({ ...offer, value: `${name}=${offer.value}` })), paths };
}
