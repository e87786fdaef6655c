/** The data of a period: its start and end, hypothesis, topics, styles and LoRAs, and its retrospective. */
import * as z from 'zod';
import { ArtistError, display } from '../../core/index.ts';

const name = () => z.string().trim().min(1).max(200);
const weighted = () => z.strictObject({ name: name(), weight: z.number().positive().max(1000).default(1) });
const lora = () => z.strictObject({ path: z.string().min(1), weight: z.number().min(-10).max(10).default(1) });
/** Milliseconds since 1970. */
const moment = () => z.int().min(0);

/** Measures of a period's works that a claim can use. */
export const measureNames = ['consistency', 'novelty', 'vendi', 'score', 'rating'] as const;
export type MeasureName = (typeof measureNames)[number];

const claim = z.strictObject({ measure: z.enum(measureNames), is: z.enum(['above', 'below']), value: z.number() });
/** A testable statement, such as "consistency above 0.8". */
export type Claim = z.output<typeof claim>;

const endRule = z.union([
  z.strictObject({ works: z.int().min(1).max(100_000) }),
  z.strictObject({ at: moment() }),
  /** Measured over the last `window` works of the period, once there are that many. */
  z.strictObject({ noveltyBelow: z.number().min(0).max(2), window: z.int().min(3).max(1000) }),
  z.strictObject({ consistencyAbove: z.number().min(-1).max(1), window: z.int().min(3).max(1000) }),
]);
export type EndRule = z.output<typeof endRule>;

const periodFields = () => ({
  name: name(),
  /** When it begins: at a time, or after another period. Default: at once. */
  starts: z.union([z.strictObject({ at: moment() }), z.strictObject({ after: name() })]).optional(),
  /** The first rule that holds ends the period. None: it lasts until `period end`. */
  ends: z.array(endRule).max(8).default([]),
  hypothesis: z.strictObject({ text: z.string().trim().min(1).max(2000), claim: claim.optional() }).optional(),
  /** Topics for works without a prompt. */
  topics: z.array(name()).max(100).default([]),
  /** Styles to choose from. */
  styles: z.array(weighted()).max(100).default([]),
  /** LoRAs for every work, in addition to those of the settings. */
  loras: z.array(lora()).max(16).default([]),
});

export const periodOptions = z.strictObject(periodFields());
/** Options of a new period. */
export type PeriodOptions = z.input<typeof periodOptions>;

const record = () => z.custom<Record<string, unknown>>((value) => value !== null && typeof value === 'object' && !Array.isArray(value));

export const periodSchema = z.strictObject({
  /** p1, p2 … */
  id: z.string().regex(/^p\d+$/),
  ...periodFields(),
  /** Absent: it has not begun. */
  startedAt: moment().optional(),
  /** Absent: it has not ended. */
  endedAt: moment().optional(),
  /** The rule that ended it, as text. */
  endedBy: z.string().optional(),
  /** Measurements at its end. */
  retrospective: record().optional(),
});
export type Period = z.output<typeof periodSchema>;

/**
 * Parses a claim such as "consistency > 0.8".
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the text is not a claim
 */
export function readClaim(text: string, place = 'claim'): Claim {
  const [, measure, sign, value] = /^\s*(\w+)\s*(>|<|above|below)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  const known = measureNames.find((one) => one === measure);
  if (known === undefined || value === undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${place}: expected one of ${measureNames.join(', ')}, > or <, and a number, as in "consistency > 0.8", got ${display(text)}`,
    );
  return { measure: known, is: sign === '>' || sign === 'above' ? 'above' : 'below', value: Number(value) };
}

export const claimText = ({ measure, is, value }: Claim): string => `${measure} ${is} ${value}`;

export function ruleText(rule: EndRule): string {
  if ('works' in rule) return `${rule.works} works`;
  if ('at' in rule) return `until ${new Date(rule.at).toISOString()}`;
  if ('noveltyBelow' in rule) return `novelty of the last ${rule.window} works below ${rule.noveltyBelow}`;
  return `consistency of the last ${rule.window} works above ${rule.consistencyAbove}`;
}
