import * as z from 'zod';
import { ArtistError } from './errors.ts';

/** A value for an error message: short, on one line. Never throws. */
export function display(value: unknown): string {
  try {
    return shown(value);
  } catch {
    return 'an object that cannot be read'; // a revoked proxy, a getter that throws
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  return 'an object';
}

/** No option name is longer, and the time of a comparison grows with the square of the length. */
const longestTypo = 100;

/**
 * The known name that `name` is probably a typing mistake of: the one with the smallest edit distance, at most one letter in three, else
 * the only one that begins with it.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > longestTypo) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(name.length > 4 ? 2 : 1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined || name.length < 3) return best;
  const longer = known.filter((candidate) => candidate.toLowerCase().startsWith(name.toLowerCase()));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Edit distance that counts two letters in the wrong order once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : substitution;
      next[j] = Math.min(substitution, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The keys of the objects allowed at `path`; for a union, those of all its members. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown[] = [schema];
  for (const key of path) {
    current = members(current).flatMap((member) => {
      if (member instanceof z.ZodObject) return [(member.shape as Record<PropertyKey, unknown>)[key]];
      return member instanceof z.ZodArray ? [member.element] : [];
    });
  }
  return [...new Set(members(current).flatMap((member) => (member instanceof z.ZodObject ? Object.keys(member.shape) : [])))];
}

/** Schemas without the wrappers around them. */
function members(schemas: readonly unknown[]): unknown[] {
  return schemas.flatMap((schema) => {
    if (
      schema instanceof z.ZodOptional ||
      schema instanceof z.ZodDefault ||
      schema instanceof z.ZodPrefault ||
      schema instanceof z.ZodNullable
    )
      return members([schema.unwrap()]);
    return schema instanceof z.ZodUnion ? members(schema.options) : [schema];
  });
}

const counted = (n: number | bigint, noun: string): string => `${n} ${noun}${Number(n) === 1 ? '' : 's'}`;

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'an integer' : `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'too_small':
      return issue.origin === 'string'
        ? `at least ${counted(issue.minimum, 'character')}`
        : issue.origin === 'array'
          ? `at least ${counted(issue.minimum, 'item')}`
          : `a number ${issue.inclusive === false ? 'over' : 'of at least'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `at most ${counted(issue.maximum, 'character')}`
        : issue.origin === 'array'
          ? `at most ${counted(issue.maximum, 'item')}`
          : `a number ${issue.inclusive === false ? 'under' : 'of at most'} ${issue.maximum}`;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    default:
      return issue.message;
  }
}

/** An allowed value that the wrong one resembles. */
function meantValue(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  const meant = nearest(value, issue.values.map(String));
  return meant === undefined ? '' : `. Did you mean ${meant}?`;
}

/** The deepest, most specific issue: for a union, that of its closest member. */
function firstIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const issue = issues[0];
  if (issue?.code !== 'invalid_union') return issue;
  const nested = issue.errors
    .map((branch) => firstIssue(branch))
    .filter((inner): inner is z.core.$ZodIssue => inner !== undefined && (inner.path.length > 0 || inner.code !== 'invalid_type'));
  // For a union of a name and an object of settings, report the wrong field of the object.
  const whole = nested[0]?.code === 'invalid_value' && nested[0].path.length === 0;
  const inner = (whole ? nested.find(({ path }) => path.length > 0) : undefined) ?? nested[0];
  // The union's own message says more than that of a member that accepts a single word.
  if (inner?.code === 'invalid_value' && inner.values.length === 1 && issue.message !== 'Invalid input') return issue;
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

/** What is wrong with a value, and where. */
export interface Fault {
  path: PropertyKey[];
  /** `expected <what>, got <value>`, or the message of a refinement; for an unknown key, the probable one. */
  message: string;
  /** A key that the schema does not know; `path` ends with it. */
  unknownKey: boolean;
}

/** undefined if the value throws when read, or is nested deeper than the stack allows. */
function parsed<S extends z.ZodType>(schema: S, raw: unknown): z.ZodSafeParseResult<z.output<S>> | undefined {
  try {
    return schema.safeParse(raw);
  } catch {
    return undefined;
  }
}

/** Checks `raw` and returns the complete, typed value, or at least one fault. */
export function findFaults<S extends z.ZodType>(
  schema: S,
  raw: unknown,
): { value: z.output<S>; faults?: undefined } | { faults: [Fault, ...Fault[]] } {
  const result = parsed(schema, raw);
  if (result === undefined)
    return { faults: [{ path: [], message: `expected a value that can be read, got ${display(raw)}`, unknownKey: false }] };
  if (result.success) return { value: result.data };
  const [first = { path: [], message: 'invalid', unknownKey: false }, ...others] = result.error.issues.flatMap((issue) =>
    faultsOf(schema, raw, firstIssue([issue]) ?? issue),
  );
  return { faults: [first, ...others] };
}

function faultsOf(schema: z.ZodType, raw: unknown, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => {
      const guess = nearest(key, known);
      const message = guess ? `, did you mean ${guess}?` : known.length > 0 ? `. Known: ${known.join(', ')}` : '';
      return { path: [...issue.path, key], message, unknownKey: true };
    });
  }
  const value = valueAt(raw, issue.path);
  const message =
    issue.code === 'custom' ? issue.message : `expected ${expectation(issue)}, got ${display(value)}${meantValue(issue, value)}`;
  return [{ path: [...issue.path], message, unknownKey: false }];
}

/**
 * Checks `raw` against `schema` and returns the complete, typed options. The message has one form, `<name>: expected <what>, got <value>`;
 * an unknown key is an error that suggests the nearest known one.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function resolveOptions<S extends z.ZodType>(where: string, schema: S, raw: unknown): z.output<S> {
  const found = findFaults(schema, raw);
  if (!found.faults) return found.value;
  const [{ path, message, unknownKey }] = found.faults;
  const name = path.map(String).join('.') || where;
  throw new ArtistError('ERR_INVALID_ARGUMENT', unknownKey ? `${name}: unknown option of ${where}()${message}` : `${name}: ${message}`);
}
