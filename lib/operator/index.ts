export type { DiskUse } from './disk-use.ts';
export {
  type FigurePart,
  type FiguresOptions,
  FiguresReader,
  figureParts,
  type HomeFigures,
  periods,
  type QueuePart,
  type SchedulePart,
  type WorksPart,
} from './home-figures.ts';
export { loadPromClient, type MetricsPage, metricsPage, processMetrics } from './metrics-page.ts';
export { type MetricsServer, type MetricsServerOptions, serveMetrics } from './metrics-server.ts';
export type { HomeStyle } from './style.ts';
export type { TrainingRun } from './training-runs.ts';
export { type SecondsHistogram, WorksBook, type WorksTally, worksPerDay } from './works-tally.ts';
