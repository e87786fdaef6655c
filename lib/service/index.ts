export { openPaintJobs, type PaintJobsOptions } from './jobs/paint-jobs.ts';
export { type Painter, type PainterOptions, startPainter } from './jobs/painter.ts';
export { type SeriesJob, type SeriesOrder, seriesState, submitSeries } from './jobs/series-jobs.ts';
export {
  type Dialect,
  dialects,
  type InputPictures,
  type JobEvent,
  type JobPicture,
  type JobProgress,
  type PaintJob,
  type PaintJobs,
  type PaintRequest,
  type PaintWork,
  type WorkSource,
} from './jobs/types.ts';
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
export { type HookCall, type HooksPart, hookCallsByWork } from './metrics/hooks-part.ts';
export { loadPromClient, type MetricsPage, metricsPage, processMetrics } from './metrics/metrics-page.ts';
export { areMetricsWanted, type MetricsOptions, type MetricsPlaces, type MetricsReports, startMetrics } from './metrics/metrics-reports.ts';
export { type MetricsServer, type MetricsServerOptions, serveMetrics } from './metrics/metrics-server.ts';
export type { HomeStyle } from './metrics/style.ts';
export { watchTasks } from './metrics/task-watch.ts';
export { type TrainingRun, trainingRun, trainingRuns } from './metrics/training-runs.ts';
export { type SecondsHistogram, WorksBook, type WorksTally, worksPerDay } from './metrics/works-tally.ts';
export { checkWorksAtOnce, type PaintSchedule, type PaintScheduleOptions, startPaintSchedule } from './paint-schedule.ts';
export { type PaintWorker, type PaintWorkerOptions, startPaintWorker } from './paint-worker.ts';
export { type PublishAfterOptions, publishAfter } from './publishing/publish-after.ts';
export {
  accountsNamed,
  checkAccounts,
  type HomeSenderOptions,
  openPublishing,
  openSender,
  type Publishing,
  publishNow,
} from './publishing/publishing.ts';
export { accountView, postView } from './publishing/views.ts';
export { type OwnTrainOptions, type TrainingOptions, TrainingSupervisor } from './training/supervisor.ts';
export {
  isOpen as isTrainingOpen,
  type OrderedRun,
  type TrainingState,
  trainingOrders,
  trainingStates,
} from './training/training-state.ts';
