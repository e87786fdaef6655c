import { clipTask } from './clip-task.ts';
import { galleryTask } from './gallery-task.ts';
import { type PaintSettings, paintTask, type TunedOptions } from './paint-task.ts';
import { type RandomPainting, randomPaintTask } from './random-paint-task.ts';
import { randomTrainTask } from './random-train-task.ts';
import { startTask } from './start-task.ts';
import type { Task } from './task.ts';
import { trainTask } from './train-task.ts';
import { upscaleTask } from './upscale-task.ts';

/**
 * Version of the list below. Results of one version compare with each other and with no other version: whoever changes what a task does
 * counts it up.
 */
export const suiteVersion = 2;

const mini = (size: Pick<PaintSettings, 'width' | 'height' | 'steps'>) =>
  ({
    model: { model: 'ai-artist-mini' },
    files: () => ({ model: 'ai-artist-mini' }),
    settings: { sampler: 'euler', scheduler: 'discrete', cfgScale: 5, ...size },
  }) as const;
const square = (edge: number) => ({ width: edge, height: edge });
/** Four steps: enough for a rate, and a processor has to paint them, too. Other settings are those of the models' own pages. */
const few = { steps: 4, sampler: 'euler' } as const;

/** Models in true size. `teraOperations` decides only whether a machine tries: results have what the engine counted. */
const trueSizes: readonly (readonly [string, RandomPainting])[] = [
  ['paint/sd15-256', { family: 'sd15', ...square(256), ...few, scheduler: 'discrete', cfgScale: 7, teraOperations: 2.1 }],
  ['paint/sd15-512', { family: 'sd15', ...square(512), ...few, scheduler: 'discrete', cfgScale: 7, teraOperations: 9 }],
  ['paint/sdxl-1024', { family: 'sdxl', ...square(1024), ...few, scheduler: 'karras', cfgScale: 6, teraOperations: 65 }],
  [
    'paint/sd35-medium-1024',
    { family: 'sd35-medium', ...square(1024), ...few, scheduler: 'sgm_uniform', cfgScale: 4.5, teraOperations: 98 },
  ],
  ['paint/flux-schnell-1024', { family: 'flux-schnell', ...square(1024), ...few, scheduler: 'simple', cfgScale: 1, teraOperations: 290 }],
  ['paint/z-image-1024', { family: 'z-image', ...square(1024), ...few, scheduler: 'simple', cfgScale: 1, teraOperations: 230 }],
  [
    'paint/qwen-image-1024',
    { family: 'qwen-image', ...square(1024), ...few, scheduler: 'simple', cfgScale: 2.5, flowShift: 3, teraOperations: 570 },
  ],
];

const miniSizes = [128, 256] as const;
const miniTasks = (tuned?: TunedOptions): Task[] =>
  miniSizes.map((edge) =>
    paintTask(`paint/mini-${edge}${tuned ? '-tuned' : ''}`, { ...mini({ ...square(edge), steps: 20 }), ...(tuned && { tuned }) }),
  );

/** The paintings of the bundled model with the settings that `ai-artist tune` found for it. */
export const tunedTasks = (tuned: TunedOptions): Task[] => miniTasks(tuned);

/** All tasks, in the order in which they are measured and printed. */
export const standardTasks: readonly Task[] = [
  ...miniTasks(),
  trainTask('train/mini-128', {
    model: { model: 'ai-artist-mini' },
    files: () => ({ model: 'ai-artist-mini' }),
    settings: { ...square(128), batch: 4, rank: 16, steps: 4 },
  }),
  upscaleTask('upscale/x4-128', 128),
  clipTask('clip/mini-8', 8),
  galleryTask('gallery/works-2000', { works: 2000, filed: 10, searches: 20, pages: 20 }),
  startTask('start/first-picture'),
  ...trueSizes.map(([id, painting]) => randomPaintTask(id, painting)),
  randomTrainTask('train/sd15-512', {
    ...{ family: 'sd15', ...square(512), batch: 1, rank: 16, steps: 1 },
    ...{ teraOperations: 1.83, memoryBytes: 5e9 },
  }),
];
