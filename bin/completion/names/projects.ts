import { PeriodStore, ProposalBook, SeriesStore } from '../../../lib/artist/index.ts';
import type { Offer } from '../complete.ts';

export async function periodNames(home: string): Promise<Offer[]> {
  return (await new PeriodStore({ home }).list()).map(({ id, name }) => ({ value: id, about: name }));
}

export async function seriesNames(home: string): Promise<Offer[]> {
  return (await new SeriesStore({ home }).list()).map(({ id, name }) => ({ value: id, about: name }));
}

export async function proposalNames(home: string): Promise<Offer[]> {
  const { proposals } = await new ProposalBook(home).read();
  return proposals.map(({ id, state }) => ({ value: id, about: state }));
}
