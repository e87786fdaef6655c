import { ArtistError, display } from '../../lib/core/index.ts';

/**
 * Options that need another option: refused without it, because they would have no effect. `init` is the other option;
 * `cache=dbcache|cache-dit` also names the values it may have.
 */
export type Needs = Readonly<Record<string, string>>;
/** Options that another one replaces: both together are refused. */
export type Replaced = Readonly<Record<string, readonly string[]>>;

/** An option and the values that count; without values, any value that does not switch it off. */
export function readNeed(need: string): { option: string; values: string[] } {
  const [option = '', values] = need.split('=');
  return { option, values: values?.split('|') ?? [] };
}

const shownNeed = (option: string, values: readonly string[]): string => `--${option}${values.length > 0 ? ` ${values.join(' or ')}` : ''}`;

const off: readonly unknown[] = [undefined, false, 'disabled', 'none'];

/**
 * @param nameOf the name under which an option was given
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function checkConditions(
  values: Readonly<Record<string, unknown>>,
  { needs = {}, replaced = {}, nameOf = (option) => option }: { needs?: Needs; replaced?: Replaced; nameOf?: (option: string) => string },
): void {
  // First: what is replaced must not be given, whatever it needs.
  for (const [option, others] of Object.entries(replaced)) {
    const other = others.find((name) => values[name] !== undefined);
    if (values[option] === undefined || other === undefined) continue;
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `--${nameOf(other)}: expected to be left out beside --${nameOf(option)}, which replaces it, got ${display(values[other])}`,
    );
  }
  for (const [option, wanted] of Object.entries(needs)) {
    if (values[option] === undefined) continue;
    const need = readNeed(wanted);
    const given = values[need.option];
    if (need.values.length > 0 ? need.values.includes(String(given)) : !off.includes(given)) continue;
    const got = off.includes(given) ? 'none' : `--${nameOf(need.option)} ${String(given)}`;
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `--${nameOf(option)}: expected ${shownNeed(nameOf(need.option), need.values)} beside it, got ${got}. Without it this has no effect`,
    );
  }
}
