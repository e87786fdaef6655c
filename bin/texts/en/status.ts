/** What `status` says: the names of its rows, and their values. */
import { form, works } from './words.ts';

const runs = (n: number): string => form(n, { one: 'run', other: 'runs' });

export const status = {
  home: 'home',
  schedule: 'schedule',
  uptime: 'uptime',
  withoutStops: 'without stops',
  success: 'success rate',
  next: 'next',
  secondsAWork: 'seconds a work',
  works: 'works',
  worksADay: 'works a day',
  likeness: 'likeness',
  posts: 'posts',
  sentBy: 'sent by',
  hooks: 'hooks',
  lastHook: 'last hook that failed',
  queue: 'queue',
  training: 'training',
  disk: 'disk',
  lastError: 'last error',
  overDays: ({ value, days }: { value: string; days: number }) => `${value} (${days} days)`,
  since: ({ age }: { age: string }) => `, since ${age} ago`,
  running: ({ pid, since }: { pid: number; since: string }) => `running since ${since} (process ${pid})`,
  notRunning: 'not running: ai-artist schedule start',
  jobs: ({ all, paused, running }: { all: number; paused: number; running: number }) =>
    `${all} ${form(all, { one: 'job', other: 'jobs' })}, ${paused} paused, ${running} running`,
  neverRan: 'the schedule has not run yet',
  uptimeMeaning: ({ share }: { share: string }) => `${share} of the time the schedule was running`,
  stopsMeaning: ({ share }: { share: string }) => `${share}, if the times do not count in which it was stopped on purpose`,
  successMeaning: ({ share }: { share: string }) => `${share} of the runs painted all their works`,
  noRuns: 'no run was due yet',
  scheduled: ({ seconds }: { seconds: string }) => `${seconds} from loading the model to filing, by the schedule in the last 30 days`,
  painting: ({ seconds }: { seconds: string }) => `${seconds} of painting, for the latest works`,
  inGallery: ({ n, kept, painted }: { n: number; kept: number; painted: number }) =>
    `${n} in the gallery; ${painted} ${form(painted, { one: 'picture', other: 'pictures' })} painted here, ${kept} of them kept`,
  alike: ({ value, range, n }: { value: string; range: string; n: number }) =>
    `${value} of 1 (${range}): how alike two of the latest ${works(n)} are`,
  range: ({ low, high }: { low: string; high: string }) => `${low} to ${high}`,
  notAlike: 'unknown: fewer than three of the latest works were chosen by their score (see: ai-artist measure style)',
  accounts: ({ n }: { n: number }) => `${n} ${form(n, { one: 'account', other: 'accounts' })}`,
  noPosts: 'none yet',
  sender: ({ program, pid, host, since }: { program: string; pid: number; host: string; since: string }) =>
    `${program} (process ${pid} on ${host}, since ${since})`,
  noSender: 'nothing that is running',
  hookCalls: ({ called, failed }: { called: number; failed: number }) => `${called} called, ${failed} failed`,
  inQueue: ({ waiting, running, failed }: { waiting: number; running: number; failed: number }) =>
    `${waiting} waiting, ${running} running, ${failed} failed`,
  queuePaused: 'paused',
  trainings: ({ n, name }: { n: number; name: string }) => `${n} ${runs(n)}; the latest: ${name}`,
  trainingRuns: 'running',
  step: ({ step, loss }: { step: string; loss: string }) => `step ${step}, error ${loss} (lower is better)`,
  nothing: 'nothing yet',
  free: ({ bytes }: { bytes: string }) => `${bytes} free`,
  times: ({ n }: { n: number }) => `${n} times`,
  accountStopped: ({ name, why }: { name: string; why: string }) => `account ${name} has stopped: ${why}.`,
  tokenEnds: ({ name, day }: { name: string; day: string }) => `account ${name}: its token ends ${day}.`,
  connectAgain: ({ network, name }: { network: string; name: string }) =>
    `Connect it again: ai-artist publish connect ${network} --as ${name}`,
};
