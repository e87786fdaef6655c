/** What a machine paints for its price and its power. */
import { ArtistError } from '../../core/index.ts';
import type { Figure } from '../figures.ts';
import { short } from '../numbers.ts';
import type { Spread } from '../statistics.ts';

/** What is known of a machine beside its result. */
export interface Worth {
  /** `1999` to buy, `2.49/h` to rent; all in one currency. */
  readonly price?: string;
  /** Power under load, in place of what was measured. */
  readonly watts?: number;
}

/** A machine that was bought is used day and night for so long. */
const years = 3;
const hours = years * 365.25 * 24;

function priceAnHour(price: string): number {
  const [, amount, rent] = /^(\d+(?:\.\d+)?)(\/h)?$/.exec(price) ?? [];
  if (amount === undefined || Number(amount) <= 0)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `price: expected 1999 (to buy), 2.49/h (to rent) or -, got ${JSON.stringify(price)}`);
  return rent === undefined ? Number(amount) / hours : Number(amount);
}

const times = ({ median, low, high }: Spread, factor: number): Spread => ({
  median: median * factor,
  low: low * factor,
  high: high * factor,
});

/** 3600 / joules: the quartiles change places. */
const perWattHour = ({ median, low, high }: Spread): Spread => ({ median: 3600 / median, low: 3600 / high, high: 3600 / low });

/** Pictures for a unit of money and for a watt-hour, of a task that paints. @throws ArtistError ERR_INVALID_ARGUMENT: a price that is none */
export function worthFigures(figures: readonly Figure[], { price, watts }: Worth): Figure[] {
  const pictures = figures.find(({ name, unit }) => name === 'pictures' && unit === '1/min');
  if (!pictures) return [];
  const { task, isRate, spread } = pictures;
  const energy = figures.find(({ name }) => name === 'energy')?.spread;
  const forEnergy = watts !== undefined ? times(spread, 60 / watts) : energy && energy.low > 0 ? perWattHour(energy) : undefined;
  return [
    ...(price === undefined
      ? []
      : [{ task, isRate, name: 'pictures for the price', unit: '1/unit', spread: times(spread, 60 / priceAnHour(price)) }]),
    ...(forEnergy ? [{ task, isRate, name: 'pictures for the energy', unit: '1/Wh', spread: forEnergy }] : []),
  ];
}

/** `M4: 1999 to buy, 0.0760 an hour over 3 years day and night; 65 W` */
export function worthText(name: string, { price, watts }: Worth): string[] {
  const said = [
    ...(price === undefined
      ? []
      : [
          price.endsWith('/h')
            ? `${price} to rent`
            : `${price} to buy, ${short(priceAnHour(price))} an hour over ${years} years day and night`,
        ]),
    ...(watts === undefined ? [] : [`${watts} W`]),
  ];
  return said.length > 0 ? [`${name}: ${said.join('; ')}`] : [];
}

/**
 * Reads `1999,2.49/h,-` and `65,-,450`: a value for each file.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: another number of values than of files, or a value that is none
 */
export function readWorth(count: number, { price, watts }: { price?: string | undefined; watts?: string | undefined }): Worth[] {
  const listOf = (name: string, text: string | undefined): (string | undefined)[] => {
    const values = text?.split(',').map((value) => value.trim()) ?? [];
    if (text !== undefined && values.length !== count)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${name}: expected ${count} values, one for each file (- where unknown), got ${values.length}`,
      );
    return values.map((value) => (value === '-' ? undefined : value));
  };
  const [prices, powers] = [listOf('price', price), listOf('watts', watts)];
  return Array.from({ length: count }, (_, at): Worth => {
    const [cost, power] = [prices[at], powers[at]];
    if (cost !== undefined) priceAnHour(cost);
    if (power !== undefined && !(Number(power) > 0))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `watts: expected a number above 0 or -, got ${JSON.stringify(power)}`);
    return { ...(cost !== undefined && { price: cost }), ...(power !== undefined && { watts: Number(power) }) };
  });
}
