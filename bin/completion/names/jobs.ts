import { formatTiming, ScheduleStore } from '../../../lib/schedule/index.ts';
import type { Offer } from '../complete.ts';

export async function jobNames(home: string): Promise<Offer[]> {
  const { jobs } = await new ScheduleStore(home).read();
  return jobs.map(({ id, name, timing }) => ({ value: id, about: name === id ? formatTiming(timing) : name }));
}
