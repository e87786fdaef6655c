export { ScheduleDaemon } from './daemon/daemon.ts';
export type { DaemonEvent, DaemonOptions, ScheduledTask, TaskRunner } from './daemon/types.ts';
export { daemonStatus, type Heartbeat, lifetimeTotals, type ScheduleFigures, scheduleFigures } from './figures.ts';
export { homeId } from './home-id.ts';
export {
  dueTimes,
  faultOf,
  type Job,
  type JobOptions,
  jobAsOptions,
  type MisfirePolicy,
  misfirePolicies,
  mostWorks,
  type Occurrence,
  splitWords,
  type Totals,
} from './job.ts';
export { isRedis, openQueueAt, shownAddress } from './queue/address.ts';
export { openOldQueue, openQueue, type QueueOptions, serveQueues } from './queue/open.ts';
export type {
  Json,
  QueuedTask,
  QueueWorker,
  RunningTask,
  TaskHandler,
  TaskOptions,
  TaskQueue,
  TaskState,
  WorkerEvent,
  WorkerOptions,
} from './queue/types.ts';
export { type DrawnWorksOptions, drawnWorks } from './simulate/drawn-works.ts';
export { type ClockChange, reportSimulation, type SimulationReport } from './simulate/report.ts';
export {
  type SimulatedJob,
  type SimulatedTask,
  type SimulatedWork,
  type SimulateOptions,
  type Simulation,
  simulateSchedule,
} from './simulate/simulate.ts';
export { planSimulation, type SimulationPlan, type SimulationWishes } from './simulate/wishes.ts';
export type { HistoryRecord, RunOutcome, ScheduleState } from './state.ts';
export { ScheduleStore, type ScheduleStoreOptions, scheduleFiles, type UpcomingRun } from './store.ts';
export { type Calendar, endOfQuiet, momentOf, nextRuns, type QuietHours, runsBetween } from './time/occurrences.ts';
export {
  checkTimeZone,
  daysLater,
  formatMinute,
  formatMoment,
  localDay,
  localTimeZone,
  minuteOfDay,
  shownTimeZone,
} from './time/time-zone.ts';
export {
  formatDuration,
  formatTiming,
  type ParsedTiming,
  parseTiming,
  readDuration,
  type Timing,
  type Weekday,
  weekdays,
} from './time/timing.ts';
export { type Uptime, UptimeBook, type UptimeSpan, uptimeOver } from './time/uptime.ts';
export { launchdPlist, systemdUnit, type UnitOptions } from './unit-file.ts';
