/**
 * Whether two runs of `ai-artist bench` on this machine agree within the spread that they state: runs the suite twice, or compares two files.
 *
 *     npx tsx bench/agreement.ts [--repeats 5] [--suites paint,clip] | FIRST.json SECOND.json
 *
 * A figure agrees if the quartiles of both runs overlap. Of figures that are equally distributed some do not: quartiles hold the middle half of five
 * repeats only. So nine of ten must overlap, and the medians of the others may differ by at most 10 %. Exit status 1 otherwise. Needs a quiet machine.
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
const [leastOverlap, mostApart] = [0.9, 0.1];

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
let [overlapping, apart] = [0, 0];
for (const { task, name, unit, cells } of lines) {
  const [first, second] = cells;
  if (!first || !second) continue;
  const difference = Math.abs(second.spread.median / first.spread.median - 1);
  if (second.isNoise) overlapping += 1;
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
const agrees = overlapping >= leastOverlap * lines.length && apart <= mostApart;
console.log(
  `${overlapping} of ${lines.length} figures overlap, the others differ by at most ${(100 * apart).toFixed(1)} %; others used up to ${busy} of the processors: ${agrees ? 'they agree' : 'they DISAGREE'}`,
);
if (!agrees) process.exitCode = 1;
