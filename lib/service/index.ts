export type { DiskUse } from './metrics/disk-use.ts';
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
} from './metrics/home-figures.ts';
export { loadPromClient, type MetricsPage, metricsPage, processMetrics } from './metrics/metrics-page.ts';
export { type MetricsServer, type MetricsServerOptions, serveMetrics } from './metrics/metrics-server.ts';
export type { HomeStyle } from './metrics/style.ts';
export type { TrainingRun } from './metrics/training-runs.ts';
export { type SecondsHistogram, WorksBook, type WorksTally, worksPerDay } from './metrics/works-tally.ts';
