import { configSchema, leaves, loadConfig } from '../../../lib/config/index.ts';
import { builtInStyles, promptFamilies, topicsOf } from '../../../lib/prompt/index.ts';
import type { Offer } from '../complete.ts';

export async function settingNames(): Promise<Offer[]> {
  return leaves(configSchema.parse({})).map(({ path }) => ({ value: path.join('.') }));
}

export async function topicNames(home: string): Promise<Offer[]> {
  const { config } = await loadConfig({ home });
  return topicsOf(config.prompt.topics).map(({ name }) => ({ value: name }));
}

export async function styleNames(home: string): Promise<Offer[]> {
  const { config } = await loadConfig({ home });
  const own = Object.keys(config.prompt.styles).map((value) => ({ value, about: 'from config.yaml' }));
  const builtIn = new Set(promptFamilies.flatMap((family) => builtInStyles(family)).map(({ name }) => name));
  return [...own, ...[...builtIn].map((value) => ({ value }))];
}
