/** What `models list` and `models recommend` say of models on this machine. */
import { type Advice, type Expected, type Known, memoryHere, type Offer, type Recommendation } from '../../../lib/advice/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import type { Outcome } from '../../shell/run.ts';
import { figures, t } from '../../texts/texts.ts';
import { alignColumns } from '../ledger-table.ts';

/** An estimate is no better than its first two digits: 0.8 s, 35 s, 2 min, 1.5 h. */
export function roughTime(seconds: number): string {
  const two = (value: number): string => figures(String(value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)));
  if (seconds < 100) return t.advice.seconds({ figure: two(seconds) });
  return seconds < 5400 ? t.advice.minutes({ figure: two(seconds / 60) }) : t.advice.hours({ figure: two(seconds / 3600) });
}

/** `~35 s`; without ~ where it was timed. */
export function expectedTime(expected: Expected | undefined): string {
  if (!expected) return t.advice.unknown;
  return `${expected.from === 'speed' ? '~' : ''}${roughTime(expected.seconds)}`;
}

/** The same as fields of --json. */
export const expectedFields = (expected: Expected | undefined): { seconds: number | null; secondsFrom: Expected['from'] | null } => ({
  seconds: expected ? Number(expected.seconds.toPrecision(3)) : null,
  secondsFrom: expected?.from ?? null,
});

/** What the figures come from, and what makes them doubtful. */
export function machineNotes(known: Known | undefined, memoryBytes: number = memoryHere()): string[] {
  const bytes = figures(formatBytes(memoryBytes));
  if (!known) return [t.advice.memoryOnly({ bytes })];
  const { products, convolution, at, othersBusy } = known.speed;
  const teraflops = Math.max(...Object.values(products), convolution ?? 0);
  return [
    t.advice.machine({ bytes, teraflops: figures(teraflops.toPrecision(2)), day: at.slice(0, 10) }),
    ...(othersBusy > 0.1 ? [t.advice.busy({ percent: Math.round(othersBusy * 100) })] : []),
    t.advice.estimated,
  ];
}

/** How to get it, or how to use it if it is here. */
export const commandFor = ({ alias, isInstalled }: Offer): string =>
  isInstalled ? `ai-artist create "…" --model ${alias.name}` : `ai-artist models pull ${alias.name}`;

const size = (bytes: number): string => figures(`~${formatBytes(bytes)}`);

function row({ wish, first }: Advice): string[] {
  if (!first) return [t.advice.wish[wish], t.advice.nothing];
  const { alias, bytes, memoryBytes, expected } = first;
  return [t.advice.wish[wish], alias.name, size(bytes), size(memoryBytes), expectedTime(expected), commandFor(first)];
}

/** Why it is the one to take, or why not. */
function verdict(offer: Offer, { first }: Advice, limit: number): string {
  if (offer === first) return t.advice.take;
  if (!offer.fits) return t.advice.tooLarge;
  if (offer.alias.gated && !offer.isInstalled) return t.advice.gated;
  return offer.expected && offer.expected.seconds > limit ? t.advice.tooSlow({ time: roughTime(limit) }) : t.advice.alsoGood;
}

function everyRow(advice: Advice, limit: number): string[][] {
  const { model, download, memory, picture, licence } = t.advice;
  const rows = advice.offers.map((offer) => {
    const { alias, bytes, memoryBytes, expected } = offer;
    return [alias.name, size(bytes), size(memoryBytes), expectedTime(expected), alias.licence.name, verdict(offer, advice, limit)];
  });
  return [[model, download, memory, picture, licence, ''], ...rows];
}

const fieldsOf = (offer: Offer) => ({
  ...{ name: offer.alias.name, title: offer.alias.title, installed: offer.isInstalled, bytes: offer.bytes, memoryBytes: offer.memoryBytes },
  ...{ fits: offer.fits, ...expectedFields(offer.expected), gated: offer.alias.gated, licence: offer.alias.licence },
  ...{ defaults: offer.alias.defaults, command: commandFor(offer) },
});

/** What `models recommend` prints: a line for each wish; of a single wish every model, and the command last. */
export function recommendOutcome({ memoryBytes, seconds, known, advice }: Recommendation, isOne: boolean): Outcome {
  const { for: wish, model, download, memory, picture, command } = t.advice;
  const slow = advice.find(({ isSlow }) => isSlow)?.first;
  const [only] = advice;
  const table =
    isOne && only
      ? [...alignColumns(everyRow(only, seconds)), ...(only.first ? ['', commandFor(only.first)] : [])]
      : alignColumns([[wish, model, download, memory, picture, command], ...advice.map(row)]);
  return {
    json: {
      ...{ memoryBytes, limitSeconds: seconds, speed: known?.speed ?? null },
      wishes: advice.map(({ wish: name, first, isSlow, offers }) => ({
        ...{ wish: name, first: first?.alias.name ?? null, slow: isSlow, command: first ? commandFor(first) : null },
        models: offers.map(fieldsOf),
      })),
    },
    text: table,
    notes: [
      ...(slow ? [t.advice.slow({ name: slow.alias.name, time: roughTime(seconds) })] : []),
      ...machineNotes(known, memoryBytes),
      ...(advice.some(({ wish: name }) => name === 'photo' || name === 'illustration') ? [t.advice.judged] : []),
    ],
  };
}
