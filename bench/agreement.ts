/**
 * Whether two runs of `ai-artist bench` on this machine agree within the spread that they state: runs the suite twice, or compares two files.
 *
 *     npx tsx bench/agreement.ts [--repeats 5] [--suites paint,clip] | FIRST.json SECOND.json
 *
 * A figure agrees if `bench compare` calls the difference noise: quartiles that overlap, or medians as near as those of two runs usually are
 * (lib/bench/compare). Nine of ten must, and the medians of the others may differ by at most 10 %. Exit status 1 otherwise. Needs a quiet machine.
 */
import { parseArgs } from 'node:util';
import {
  type BenchResult,
  compareResults,
  machineLines,
  othersBusy,
  readResult,
  runBench,
  spreadText,
  suiteNames,
} from '../lib/bench/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: 'string', default: '5' }, suites: { type: 'string', default: suiteNames.join(',') } },
});
const [leastAgreeing, mostApart] = [0.9, 0.1];

async function once(label: string): Promise<BenchResult> {
  const suites = suiteNames.filter((name) => values.suites.split(',').includes(name));
  return runBench({
    suites,
    repeats: Number(values.repeats),
    label,
    onProgress: ({ what: task, at, of }) => console.error(`${label} ${at}/${of} ${task}`),
  });
}

const results =
  positionals.length === 2
    ? await Promise.all(positionals.map((file) => readResult(file)))
    : [await once('first run'), await once('second run')];
const { lines } = compareResults(results);
let [agreeing, apart] = [0, 0];
for (const { task, name, unit, cells } of lines) {
  const [first, second] = cells;
  if (!first || !second) continue;
  const difference = Math.abs(second.spread.median / first.spread.median - 1);
  if (second.isNoise) agreeing += 1;
  else {
    apart = Math.max(apart, difference);
    console.log(
      `${task} ${name}: ${spreadText(first.spread)} and ${spreadText(second.spread)} ${unit}, ${(100 * difference).toFixed(1)} % apart`,
    );
  }
}
const [result] = results;
if (result) console.log(machineLines(result.machine, result.build).join('\n'));
const busy = results.map(({ tasks }) => `${Math.round(100 * othersBusy(tasks))} %`).join(' and ');
const agrees = agreeing >= leastAgreeing * lines.length && apart <= mostApart;
console.log(
  `${agreeing} of ${lines.length} figures agree, the others differ by at most ${(100 * apart).toFixed(1)} %; others used up to ${busy} of the processors: ${agrees ? 'they agree' : 'they DISAGREE'}`,
);
if (!agrees) process.exitCode = 1;
