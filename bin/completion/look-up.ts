/** Names in the home folder, for completion. Takes no lock and loads no addon; each part of lib is loaded when its names are asked for. */
import { homeFolder } from '../../lib/core/index.ts';
import type { LookUp, Offer } from './complete.ts';

type Names = (home: string, typed: string) => Promise<readonly Offer[]>;

const sources: Record<Parameters<LookUp>[0], () => Promise<Names>> = {
  account: async () => (await import('./names/publishing.ts')).accountNames,
  alias: async () => (await import('./names/models.ts')).aliasNames,
  job: async () => (await import('./names/jobs.ts')).jobNames,
  lora: async () => (await import('./names/loras.ts')).loraNames,
  model: async () => (await import('./names/models.ts')).modelNames,
  period: async () => (await import('./names/projects.ts')).periodNames,
  post: async () => (await import('./names/publishing.ts')).postNames,
  proposal: async () => (await import('./names/projects.ts')).proposalNames,
  run: async () => (await import('./names/loras.ts')).runNames,
  series: async () => (await import('./names/projects.ts')).seriesNames,
  setting: async () => (await import('./names/settings.ts')).settingNames,
  style: async () => (await import('./names/settings.ts')).styleNames,
  'time zone': async () => timeZones,
  topic: async () => (await import('./names/settings.ts')).topicNames,
  work: async () => (await import('./names/works.ts')).workNames,
};

const timeZones: Names = async () => Intl.supportedValuesOf('timeZone').map((value) => ({ value }));

/** @param home as typed behind --home */
export function lookUpIn(home: string | undefined): LookUp {
  return async (kind, typed) => (await sources[kind]())(homeFolder(home), typed);
}
