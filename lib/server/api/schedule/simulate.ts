import { ArtistError } from '../../../core/index.ts';
import { drawnWorks, nextRuns, reportSimulation, type SimulationPlan, simulateSchedule } from '../../../schedule/index.ts';

/** Runs of one simulation: 10,000 take seconds of computing, in pieces of 10 ms. */
const mostRuns = 10_000;
/** Runs of a job from which its rate is estimated. */
const sample = 50;

/** How many runs are due, estimated from the first ones of each job. */
function runsOf({ jobs, from, to }: SimulationPlan): number {
  let runs = 0;
  for (const { options, timeZone } of jobs) {
    if (typeof options.when === 'string') continue; // planSimulation() has read it
    const first = nextRuns({ id: '', timing: options.when, timeZone, anchor: from, jitterMs: 0, quietHours: null, seed: 0 }, from, sample);
    const last = first.at(-1) ?? to;
    runs += first.length < sample || last >= to ? first.filter((at) => at <= to).length : (sample * (to - from)) / (last - from);
  }
  return Math.round(runs);
}

/**
 * Simulates a schedule, for a client.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: it is too large for a server; the signal's reason
 */
export async function simulate(plan: SimulationPlan, signal: AbortSignal) {
  const { days, timeZone, from, to, seed, outages, leftOut } = plan;
  const runs = runsOf(plan);
  if (runs > mostRuns)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `days: expected a simulation of at most ${mostRuns} runs, got ${runs}. Simulate fewer days, or use ai-artist simulate`,
    );
  const jobs = plan.jobs.map(({ options }) => options);
  const simulation = await simulateSchedule({ from, to, seed, outages, jobs, work: drawnWorks(plan, signal, () => undefined) });
  const zones = new Map(simulation.jobs.map(({ id }, index) => [id, plan.jobs[index]?.timeZone ?? timeZone]));
  const report = reportSimulation(simulation, { from, to, timeZone, zones });
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return { ...span, days, timeZone, seed, ...report, jobs: simulation.jobs, leftOut };
}
