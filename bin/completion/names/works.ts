import { configPath, loadConfig } from '../../../lib/config/index.ts';
import { newestWorks } from '../../../lib/gallery/index.ts';
import type { Offer } from '../complete.ts';

export async function workNames(home: string, typed: string): Promise<Offer[]> {
  const { config } = await loadConfig({ home });
  const works = await newestWorks(configPath(config.gallery.folder, home), { beginning: /^[0-7]/.test(typed) ? typed : '' });
  return [
    ...(works.length > 0 ? [{ value: 'latest', about: 'the newest work' }] : []),
    ...works.map(({ id, about }) => ({ value: id, about })),
  ];
}
