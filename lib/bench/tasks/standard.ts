import { clipTask } from './clip-task.ts';
import { galleryTask } from './gallery-task.ts';
import { paintTask } from './paint-task.ts';
import { startTask } from './start-task.ts';
import type { Task } from './task.ts';
import { trainTask } from './train-task.ts';
import { upscaleTask } from './upscale-task.ts';

/**
 * Version of the list below. Results of one version compare with each other and with no other version: whoever changes what a task does
 * counts it up.
 */
export const suiteVersion = 2;

/** All tasks, in the order in which they are measured and printed. */
export const standardTasks: readonly Task[] = [
  paintTask('paint/mini-128', { width: 128, height: 128, steps: 20 }),
  paintTask('paint/mini-256', { width: 256, height: 256, steps: 20 }),
  trainTask('train/mini-128', { model: 'ai-artist-mini', width: 128, height: 128, batch: 4, rank: 16, steps: 4 }),
  upscaleTask('upscale/x4-128', 128),
  clipTask('clip/mini-8', 8),
  galleryTask('gallery/works-2000', { works: 2000, filed: 10, searches: 20, pages: 20 }),
  startTask('start/first-picture'),
];
