/** Which values an argument or option takes, by its name: the same name means the same in every command. */
import type { DescribedCommand } from '../help/described.ts';

/** What is looked up while the shell waits, in the home folder. */
export const liveKinds = [
  'account',
  'job',
  'lora',
  'model',
  'period',
  'post',
  'proposal',
  'run',
  'series',
  'setting',
  'style',
  'time zone',
  'topic',
  'work',
] as const;
export type LiveKind = (typeof liveKinds)[number];
/** What the shell itself completes. */
export type PathKind = 'file' | 'folder';
/** `none`: only a person knows it. */
export type Kind = LiveKind | PathKind | 'alias' | 'none';

const work = 'work';

/** Arguments. Of a name that is not here, `every argument has a kind` in test/bin/completion.test.ts tells. */
const byArgument: Readonly<Record<string, Kind>> = {
  a: work,
  b: work,
  account: 'account',
  file: 'file',
  files: 'file',
  first: work,
  folder: 'folder',
  id: work,
  image: 'file',
  images: 'file',
  job: 'job',
  key: 'setting',
  lora: 'lora',
  loras: 'lora',
  model: 'model',
  name: 'none',
  network: 'none',
  out: 'file',
  paths: 'file',
  period: 'period',
  post: 'post',
  posts: 'post',
  prompt: 'none',
  proposal: 'proposal',
  query: 'none',
  run: 'run',
  runs: 'run',
  second: work,
  series: 'series',
  server: 'none',
  token: 'none',
  when: 'none',
  work,
  works: work,
  'works-and-rating': work,
};

/** Arguments that mean something else in one command. */
const byCommand: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  'models pull': { name: 'alias' },
  'models inspect': { name: 'model' },
  'models path': { name: 'model' },
  'models remove': { name: 'model' },
};

/** Options that take a value of a kind; others are texts or numbers. */
const byFlag: Readonly<Record<string, Kind>> = {
  cells: 'folder',
  'class-folder': 'folder',
  clip: 'file',
  'clip-g': 'file',
  'clip-l': 'file',
  'clip-vision': 'file',
  'control-image': 'file',
  'control-net': 'file',
  'diffusion-model': 'file',
  'hires-model': 'file',
  home: 'folder',
  image: 'file',
  'init-image': 'file',
  llm: 'file',
  'llm-vision': 'file',
  lora: 'lora',
  'mask-image': 'file',
  'metrics-file': 'file',
  model: 'model',
  out: 'file',
  'photo-maker': 'file',
  'photo-maker-embedding': 'file',
  'photo-maker-image': 'file',
  prompts: 'file',
  publish: 'account',
  recipe: 'file',
  'reference-image': 'file',
  'run-folder': 'folder',
  set: 'setting',
  similar: work,
  style: 'style',
  t5xxl: 'file',
  tae: 'file',
  tags: 'file',
  taste: 'file',
  to: 'account',
  topic: 'topic',
  tz: 'time zone',
  'uncond-diffusion-model': 'file',
  vae: 'file',
};

/** Undefined: nothing is known of this argument. */
export function kindOfArgument(path: readonly string[], name: string): Kind | undefined {
  return byCommand[path.join(' ')]?.[name] ?? byArgument[name];
}

/** `after` is a period, or a work. */
export function kindOfFlag(path: readonly string[], name: string): Kind {
  if (name === 'after') return path[0] === 'period' ? 'period' : work;
  // An --upscale model and the like are files; a model of `upscale` has no alias.
  return name === 'model' && path[0] === 'upscale' ? 'file' : (byFlag[name] ?? 'none');
}

/** The words that lead to a command. */
export const pathOf = (commands: readonly DescribedCommand[]): string[] => commands.map(({ name }) => name);
